SELECT endpoint, max(at), argMax(toString(team), at), argMax(toString(source), at), argMax(toString(origin), at), count()
FROM owners
WHERE tenant = {tenant:String}
GROUP BY endpoint
