kind != 5 AND (kind != 0 OR role != 0) -- db spans and internal ones belong to the hop they run in, unless they are one
