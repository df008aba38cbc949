drop table supplier_scores;
