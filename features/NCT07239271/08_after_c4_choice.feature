@trial:NCT07239271 @point:after_c4
Feature: The choice after cycle 4, and what it needs
  The record names two options and no rule between them (AMB-13). An antibody-drug conjugate is named with its
  agent; an anthracycline beside trastuzumab needs an ejection fraction in the history (AMB-14).

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 was confirmed as TCbHP
    And the subject is given 2 more cycles

  Scenario Outline: A conjugate is chosen with an agent of the approved list
    Given the response after cycle 4 is SD
    And the decision after cycle 4 is asked for
    When the investigator chooses ADC with <agent>
    Then the decision was chosen by the investigator
      | regimen | ADC     |
      | agent   | <agent> |
      | cycles  | 2       |
    And the subject's regimen is ADC
    And the subject's epoch is completion

    Examples:
      | agent     |
      | T-DM1     |
      | T-DXd     |
      | SHR-A1811 |

  Scenario Outline: What is missing for the choice
    Given the response after cycle 4 is SD
    And Left ventricular ejection fraction is <LVEF>
    And the decision after cycle 4 is asked for
    When the investigator chooses <choice>
    Then it is refused as <refusal>

    Examples:
      | LVEF         | choice          | refusal                                       |
      | 62 %         | ADC             | precondition missing: an agent of the approved list |
      | 62 %         | ADC with AAA    | precondition missing: T-DM1                   |
      | not reported | AC+H            | precondition missing: lvef                    |
      | pending      | AC+H            | precondition missing: lvef                    |
      | 62 %         | TCbHP           | option not offered: AC+H, ADC                 |

  Scenario: AC+H with an ejection fraction
    Given the response after cycle 4 is SD
    And Left ventricular ejection fraction is 62 %
    And the decision after cycle 4 is asked for
    When the investigator chooses AC+H
    Then the subject's regimen is AC+H

  Scenario: A switch despite progression is chosen only with that acknowledged
    Given the response after cycle 4 is PD
    And the decision after cycle 4 is asked for
    When the investigator chooses ADC with T-DXd
    Then it is refused as acknowledgement missing: progressive disease
    When the investigator chooses ADC with T-DXd and acknowledges progressive disease
    Then the subject's regimen is ADC
