create table supplier_scores (
  tenant text not null,
  supplier text not null,
  -- A calendar month, YYYY-MM.
  period text not null,
  -- 0 to 100; null where nothing of the period could be assessed.
  score double precision,
  -- A, B, C or D; null with the score.
  grade text,
  details jsonb not null,
  computed_at timestamptz not null,
  primary key (tenant, supplier, period)
);
