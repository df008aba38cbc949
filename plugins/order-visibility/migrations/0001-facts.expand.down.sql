drop table facts, links, heads, wants;
