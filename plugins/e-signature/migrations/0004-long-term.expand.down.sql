drop table document_proofs;
drop table revocation_answers;
