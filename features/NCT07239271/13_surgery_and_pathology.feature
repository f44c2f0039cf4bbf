@trial:NCT07239271
Feature: Surgery and final pathology
  The record foresees an operation in a criterion for entry only (AMB-15); pathology of breast and axilla is
  recorded apart, and pCR is derived from both.

  @milestone:surgery @milestone:pathology
  Scenario: Six cycles, an operation, and its pathology
    Given the sponsor has signed the reference rulings
    And a subject in the control arm who was given 6 cycles
    When "Surgery" is recorded
      | Operation of the breast | breast conserving     |
      | Operation of the axilla | sentinel node biopsy  |
    Then the subject's epoch is surgery
    And planned next is milestone pathology by data system
    When "Final pathology" is recorded
      | ypT | ypT0 |
      | ypN | ypN0 |
    Then the subject's epoch is follow up
    And the endpoint pcr is pCR
    And no deviation is on record

  @milestone:surgery
  Scenario: Early surgery is a deviation with a coded reason
    Given a subject in the experimental arm who was given 2 cycles
    When "Surgery" is recorded for disease course: growing, operable now
      | Operation of the breast | mastectomy          |
      | Operation of the axilla | axillary dissection |
    Then the subject's epoch is surgery
    And these deviations are on record
      | kind            | about   | as decided | as given |
      | milestone early | surgery | -          | -        |

  @milestone:surgery @exit:progression
  Scenario: Surgery after treatment was ended
    Given a subject in the control arm who was given 4 cycles
    And "Treatment ended for progression" is recorded: growing
    When "Surgery" is recorded for disease course: still operable
      | Operation of the breast | mastectomy |
      | Operation of the axilla | not done   |
    Then the subject's epoch is surgery
    And the subject's standing is off treatment

  @milestone:pathology @exit:death
  Scenario: The report on a specimen that was taken before a death still comes
    Given the sponsor has signed the reference rulings
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy |
      | Operation of the axilla | none       |
    And "Death" is recorded: embolism after the operation
    When "Final pathology" is recorded
      | ypT | ypT0 |
      | ypN | ypN0 |
    Then the endpoint pcr is pCR

  Scenario Outline: What surgery and pathology must come with
    Given a subject in the control arm who was given <cycles> cycles
    When <what> is recorded for disease course: growing
      | <result> | <value> |
    Then it is refused as <refusal>

    Examples:
      | cycles | what              | result                  | value      | refusal                                  |
      | 6      | "Surgery"         | Operation of the breast | mastectomy | milestone incomplete: axillary procedure |
      | 2      | "Surgery"         | Operation of the axilla | none       | milestone incomplete: surgery type       |
      | 6      | "Final pathology" | ypT                     | ypT0       | milestone incomplete: ypn                |
