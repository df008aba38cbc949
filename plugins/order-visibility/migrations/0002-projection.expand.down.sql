drop table generations, orders, stays, stage_counts, usual_stays;
