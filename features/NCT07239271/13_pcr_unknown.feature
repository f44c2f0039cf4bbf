@trial:NCT07239271 @milestone:pathology
Feature: Pathology that is not complete, and the definition that is not signed

  Scenario Outline: Known where what is missing cannot matter, held where it can
    Given the sponsor has signed the reference rulings <but>
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy           |
      | Operation of the axilla | sentinel node biopsy |
    When "Final pathology" is recorded
      | ypT | <ypT> |
      | ypN | <ypN> |
    Then the endpoint pcr is <pCR>

    Examples:
      | but                         | ypT     | ypN  | pCR             |
      | but AMB-16 as ypt0_is_ypn0  | ypTX    | ypN0 | hold for ypT    |
      | but AMB-16 as ypt0_is_ypn0  | ypT0    | ypNX | hold for ypN    |
      | but AMB-16 as ypt0_ypn0     | pending | ypN0 | hold for ypT    |
      | except AMB-16               | ypTis   | ypN0 | hold for AMB-16 |
      | except AMB-16               | ypT0    | ypN0 | pCR             |
      | except AMB-16               | ypT2    | ypN0 | no pCR          |

  @ambiguity:AMB-16
  Scenario: Held until the definition is signed, and derived with the next report
    Given the sponsor has signed the reference rulings except AMB-16
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy           |
      | Operation of the axilla | sentinel node biopsy |
    And "Final pathology" is recorded
      | ypT | ypTis |
      | ypN | ypN0  |
    When the sponsor signs AMB-16 as ypt0_is_ypn0
    And Residual cancer burden class is reported as RCB-0
    Then the endpoint pcr is pCR

  Scenario: A revised report is kept beside the first, and while they disagree nothing is derived
    Given the sponsor has signed the reference rulings
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy           |
      | Operation of the axilla | sentinel node biopsy |
    And "Final pathology" is recorded
      | ypT | ypT0 |
      | ypN | ypN0 |
    When ypT is reported as ypT1
    Then the endpoint pcr is hold for ypT
