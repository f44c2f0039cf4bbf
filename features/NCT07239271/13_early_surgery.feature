@trial:NCT07239271
Feature: Surgery before treatment is complete, and pathology before surgery

  Scenario Outline: Early surgery without a coded reason and a text is not recorded
    Given a subject in the experimental arm who was given 2 cycles
    When <what>
      | Operation of the breast | mastectomy |
      | Operation of the axilla | none       |
    Then it is refused as reason missing: <named>

    Examples:
      | what                                    | named  |
      | "Surgery" is recorded                   | a code |
      | "Surgery" is recorded for disease course | a text |
      | "Surgery" is recorded: growing          | a code |
      | "Surgery" is recorded for weather: rain | a code |

  Scenario: There is no pathology before surgery
    Given a subject in the control arm who was given 6 cycles
    When "Final pathology" is recorded
      | ypT | ypT0 |
      | ypN | ypN0 |
    Then it is refused as move not lawful: milestone surgery

  Scenario: After the operation nothing more is given or decided
    Given a subject in the experimental arm who was given 2 cycles
    And "Surgery" is recorded for patient decision: wants the operation now
      | Operation of the breast | breast conserving    |
      | Operation of the axilla | sentinel node biopsy |
    When the subject is given cycle 3 of Nab-P+HP
    Then it is refused as move not lawful
    When the decision after cycle 2 is asked for
    Then it is refused as move not lawful
