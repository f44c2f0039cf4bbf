@trial:NCT07239271 @point:after_c2
Feature: Only a clinician's verdict moves a subject
  A proposal moves nobody. The engine's own outcome stays beside an override for ever.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is positive
    And PAM pathway before the first cycle is wild type
    And PAM pathway after cycle 1 is wild type
    And the response after cycle 2 is PR
    And the decision after cycle 2 is asked for

  Scenario: A proposal alone changes nothing
    Then the decision is propose PyroHT
    And the decision awaits a verdict
    And the subject's regimen is Nab-P+HP
    And the subject's epoch is induction
    And planned next is decide after c2-1 by investigator

  Scenario: A confirmation moves the subject to the proposed regimen
    When the investigator confirms and acknowledges responder escalation
    Then the decision was confirmed by the investigator
      | regimen      | PyroHT               |
      | acknowledged | responder escalation |
      | late         | no                   |
    And the subject's regimen is PyroHT
    And the subject's epoch is adaptation
    And no deviation is on record

  Scenario: An override keeps the engine's proposal beside it
    When the investigator overrides with TCbHP for toxicity concern: diarrhoea of grade 3 in cycle 2
    Then the decision was overridden by the investigator
      | regimen     | TCbHP                            |
      | reason code | toxicity_concern                 |
      | reason      | diarrhoea of grade 3 in cycle 2  |
    And the decision is propose PyroHT
    And the subject's regimen is TCbHP
    And these deviations are on record
      | kind                | about      | as decided | as given |
      | decision overridden | after_c2-1 | PyroHT     | TCbHP    |

  Scenario: An override to staying on the present regimen
    When the investigator overrides with Nab-P+HP for patient decision: the subject wants no change
    Then the subject's regimen is Nab-P+HP
    And the subject's epoch is adaptation

  Scenario: A new result before the verdict leads to a new asking, and the earlier one stays on record
    When PAM pathway after cycle 1 is reported as mutated
    Then the decision is hold for PAM pathway after cycle 1
    And the decision awaits a verdict
    And these decisions are on record
      | decision   | outcome                            | status     |
      | after_c2-1 | propose PyroHT                     | superseded |
      | after_c2-2 | hold for PAM pathway after cycle 1 | open       |
