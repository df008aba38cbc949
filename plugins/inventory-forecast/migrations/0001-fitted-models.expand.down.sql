drop table fitted_models;
