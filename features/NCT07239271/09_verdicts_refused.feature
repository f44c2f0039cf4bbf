@trial:NCT07239271 @point:after_c2
Feature: Verdicts that are refused, and of which nothing is stored

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is positive
    And PAM pathway before the first cycle is wild type
    And the response after cycle 2 is PR

  Scenario Outline: On a proposal that escalates a responder
    Given PAM pathway after cycle 1 is wild type
    And the decision after cycle 2 is asked for
    When the <verdict>
    Then it is refused as <refusal>
    And the subject's regimen is Nab-P+HP

    Examples: who may
      | verdict                                                     | refusal        |
      | data system confirms and acknowledges responder escalation  | not authorised |
      | sponsor confirms and acknowledges responder escalation      | not authorised |
      | auditor confirms and acknowledges responder escalation      | not authorised |

    Examples: what must be acknowledged
      | verdict                                                                          | refusal                                       |
      | investigator confirms                                                            | acknowledgement missing: responder escalation |
      | investigator confirms and acknowledges progressive disease                       | acknowledgement missing: responder escalation |
      | investigator confirms and acknowledges responder escalation, progressive disease | acknowledgement missing: responder escalation |

    Examples: an override has a coded reason and a text, and is another regimen than the proposed one
      | verdict                                                      | refusal                             |
      | investigator overrides with TCbHP                            | reason missing: toxicity concern    |
      | investigator overrides with TCbHP for toxicity concern       | reason missing: a text              |
      | investigator overrides with TCbHP: diarrhoea                 | reason missing: a code              |
      | investigator overrides with TCbHP for weather: rain          | reason missing: a code              |
      | investigator overrides with PyroHT for drug supply: same     | option not offered: TCbHP           |
      | investigator overrides with AC+H for drug supply: no other   | precondition missing: lvef          |

    Examples: another verdict than the outcome takes
      | verdict                                          | refusal                              |
      | investigator chooses TCbHP                       | verdict not fitting: confirm, override |
      | investigator acknowledges the referral: seen     | verdict not fitting: confirm, override |

  Scenario: A held decision is not confirmed
    Given the decision after cycle 2 is asked for
    When the investigator confirms
    Then it is refused as verdict not fitting: override

  Scenario: A held decision may be overridden, with a reason
    Given the decision after cycle 2 is asked for
    When the investigator overrides with TCbHP for safety finding: pneumonitis on imaging
    Then the decision is hold for PAM pathway after cycle 1
    And the subject's regimen is TCbHP

  Scenario: A decision is judged once
    Given PAM pathway after cycle 1 is wild type
    And the decision after cycle 2 was confirmed as PyroHT
    When the investigator confirms and acknowledges responder escalation
    Then it is refused as decision closed: none is open
