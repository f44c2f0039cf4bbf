@trial:NCT07239271 @milestone:pathology @ambiguity:AMB-16
Feature: Pathological complete response under both definitions
  The record wants to predict pCR and never defines it. AMB-16: in situ disease in the breast is allowed, or
  it is not. Isolated tumour cells in a node are residual disease under both.

  @rule:PCR-1
  Scenario Outline: Complete
    Given the sponsor has signed the reference rulings, but AMB-16 as <reading>
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy           |
      | Operation of the axilla | sentinel node biopsy |
    When "Final pathology" is recorded
      | ypT | <ypT> |
      | ypN | ypN0  |
    Then the endpoint pcr is pCR

    Examples:
      | reading       | ypT   |
      | ypt0_is_ypn0  | ypT0  |
      | ypt0_is_ypn0  | ypTis |
      | ypt0_ypn0     | ypT0  |

  @rule:PCR-2
  Scenario Outline: Not complete
    Given the sponsor has signed the reference rulings, but AMB-16 as <reading>
    And a subject in the control arm who was given 6 cycles
    And "Surgery" is recorded
      | Operation of the breast | mastectomy           |
      | Operation of the axilla | sentinel node biopsy |
    When "Final pathology" is recorded
      | ypT | <ypT> |
      | ypN | <ypN> |
    Then the endpoint pcr is no pCR

    Examples:
      | reading       | ypT    | ypN         |
      | ypt0_is_ypn0  | ypT1mi | ypN0        |
      | ypt0_is_ypn0  | ypT0   | ypN0 i plus |
      | ypt0_is_ypn0  | ypTis  | ypN1mi      |
      | ypt0_is_ypn0  | ypTX   | ypN1        |
      | ypt0_ypn0     | ypTis  | ypN0        |
      | ypt0_ypn0     | ypT0   | ypN0 i plus |
