drop table enrolled_proofs;
