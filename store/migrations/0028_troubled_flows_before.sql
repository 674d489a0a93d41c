INSERT INTO troubled_flows SELECT * FROM flows FINAL WHERE verdict > 1
