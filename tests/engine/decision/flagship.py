"""Decision points of the trials, written down once more for the tests of the core, in another shape."""

AFTER_C2 = """
variables:
  ctdna_baseline: {values: [positive, negative]}
  ctdna_c1: {values: [positive, negative]}
  pam_baseline: {values: [mutated, wild_type]}
  pam_c1: {values: [mutated, wild_type]}
  response_c2: {values: [CR, PR, SD, PD], not_evaluable: NE}
ambiguities:
  AMB-02: [c1_governs, ever_positive]
  AMB-03: [everoht_first, response_first]
  AMB-04: [pr_or_better, literal_pr_only]
  AMB-05: [as_non_pr, refer]
  AMB-09: [ever_mutated, latest_assessable]
required: [ctdna_c1, response_c2]
constraints:
  inconsistent_c1: {ctdna_c1: negative, pam_c1: mutated}
definitions:
  positive: {any: [{ctdna_c1: positive}, {ctdna_baseline: positive, AMB-02: ever_positive}]}
  once_positive: {any: [{ctdna_c1: positive}, {ctdna_baseline: positive}]}
  last_pam_mutated:
    any: [{ctdna_c1: positive, pam_c1: mutated}, {ctdna_c1: negative, pam_baseline: mutated}]
  mutated: {any: [{last_pam_mutated: true}, {pam_baseline: mutated, AMB-09: ever_mutated}]}
  responded: {any: [{response_c2: PR}, {response_c2: CR, AMB-04: pr_or_better}]}
rules:
  - {id: progression, when: {response_c2: PD, AMB-05: refer}, then: {refer: progressive_disease}}
  - id: everolimus
    when: {once_positive: true, mutated: true, not: {positive: false, AMB-03: response_first}}
    then: {assign: EveroHT, cycles: 2}
  - {id: pyrotinib, when: {positive: true, mutated: false}, then: {assign: PyroHT, cycles: 2}}
  - {id: stay, when: {responded: true}, then: {assign: Nab-P+HP, cycles: 2}}
  - {id: carboplatin, when: {responded: false}, then: {assign: TCbHP, cycles: 2}}
precedence:
  - {first: progression, over: [everolimus, pyrotinib, stay, carboplatin]}
  - {first: everolimus, over: [stay, carboplatin]}
  - {first: pyrotinib, over: [stay, carboplatin]}
acknowledge:
  - {code: responder_escalation, when: {response_c2: [CR, PR]}, assign: [PyroHT, EveroHT]}
  - {code: responder_escalation, when: {response_c2: CR}, assign: [TCbHP]}
  - {code: progressive_disease, when: {response_c2: PD}, outcome: propose}
"""

AFTER_C4 = """
variables:
  regimen_c3_c4: {values: [Nab-P+HP, TCbHP, PyroHT, EveroHT]}
  response_c4: {values: [CR, PR, SD, PD], not_evaluable: NE}
ambiguities:
  AMB-04: [pr_or_better, literal_pr_only]
  AMB-05: [as_non_pr, refer]
required: [regimen_c3_c4, response_c4]
definitions:
  responded: {any: [{response_c4: PR}, {response_c4: CR, AMB-04: pr_or_better}]}
  out_of_table: {response_c4: PD, AMB-05: refer}
rules:
  - {id: stay, when: {responded: true}, then: {assign: {value_of: regimen_c3_c4}, cycles: 2}}
  - {id: progression, when: {out_of_table: true}, then: {refer: progressive_disease}}
  - {id: change, when: {responded: false, out_of_table: false}, then: {choose: [ADC, AC+H], cycles: 2}}
acknowledge:
  - {code: responder_escalation, when: {response_c4: CR}, outcome: choose}
  - {code: progressive_disease, when: {response_c4: PD}, assign: [ADC]}
"""

DOSE_REVIEW = """
variables:
  level: {values: [high, low]}
  evaluable: {integer: [0, 6]}
  dlt: {integer: [0, 6]}
  evaluable_at_high: {integer: [2, 6]}
ambiguities:
  AMB-G1: [expand_to_six, proceed_at_three]
  AMB-G2: [six_in_total, six_new]
  AMB-G7: [at_least_three_new, literal_remainder]
required: [level, evaluable, dlt]
constraints:
  dlt_exceeds_evaluable: {dlt: {above: evaluable}}
definitions:
  toxic: {dlt: {at_least: 2}}
  six_together: {sum: [evaluable, evaluable_at_high], at_least: 6}
  enough_low:
    any:
      - {evaluable: {at_least: 6}}
      - {AMB-G2: six_in_total, six_together: true, AMB-G7: literal_remainder}
      - {AMB-G2: six_in_total, six_together: true, evaluable: {at_least: 3}}
rules:
  - {id: reduce, when: {level: high, toxic: true}, then: {assign: reduce_to_10}}
  - {id: proceed-high, when: {level: high, toxic: false, evaluable: 6}, then: {assign: proceed_15}}
  - id: proceed-early
    when: {level: high, toxic: false, evaluable: {at_least: 3, below: 6}, AMB-G1: proceed_at_three}
    then: {assign: proceed_15}
  - id: expand
    when: {level: high, toxic: false, evaluable: {at_least: 3, below: 6}, AMB-G1: expand_to_six}
    then: {assign: enrol_15}
  - {id: enrol-high, when: {level: high, toxic: false, evaluable: {below: 3}}, then: {assign: enrol_15}}
  - {id: terminate, when: {level: low, toxic: true}, then: {assign: terminate}}
  - {id: proceed-low, when: {level: low, toxic: false, enough_low: true}, then: {assign: proceed_10}}
  - {id: enrol-low, when: {level: low, toxic: false, enough_low: false}, then: {assign: enrol_10}}
"""
