drop table generations, orders, stays, closed_counts, usual_stays;
