SELECT greatest((SELECT max(revision) FROM flow_of_segment), (SELECT max(revision) FROM flow_alias), (SELECT max(revision) FROM interactions))
