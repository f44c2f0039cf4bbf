"""The audit trail: entries with filters, the signed head, and the proof that one entry stands under it."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.errors import NotFoundError
from api.identity.principal import Principal
from api.identity.roles import Operation
from api.routes.edge import READ_PROBLEMS, Here, StrictRoute, may
from api.service.listing import EntryPage, EntryQuery, list_entries
from engine.ledger import inclusion_path
from engine.protocol.base import Frozen

router = APIRouter(prefix="/v1/trials/{trial}/audit", tags=["audit"], route_class=StrictRoute)
Auditing = Annotated[Principal, Depends(may(Operation.AUDIT))]


class CheckpointView(Frozen):
    """The newest signed head of a trial's log.

    Attributes:
        note: C2SP signed note over origin, size and root.
        vkey: The public key that verifies it.
    """

    size: int
    note: str
    vkey: str


class Proof(Frozen):
    """What shows that an entry stands in the log: RFC 6962 audit path under a signed head.

    Attributes:
        path: Base64 hashes, from the leaf upwards.
    """

    index: int
    leaf_hash: str
    path: tuple[str, ...]
    checkpoint: CheckpointView


@router.get("/entries", responses=READ_PROBLEMS)
def read_entries(trial: str, here: Here, who: Auditing, query: Annotated[EntryQuery, Query()]) -> EntryPage:
    """List the entries of the trial's log in its order, with filters."""
    here.trials.versions(trial)
    return list_entries(here.store, trial, who, query)


@router.get("/checkpoint", responses=READ_PROBLEMS)
def read_checkpoint(trial: str, here: Here, _: Auditing) -> CheckpointView:
    """Read the newest signed head; keep it, and nothing before it can be altered or cut off unseen."""
    here.trials.versions(trial)
    newest = here.store.latest_checkpoint(trial)
    if newest is None:
        raise NotFoundError(what="checkpoint of the empty log of", key=trial)
    return CheckpointView(size=newest.size, note=newest.note, vkey=here.key.vkey(trial))


@router.get("/entries/{event}/proof", responses=READ_PROBLEMS)
def read_proof(trial: str, event: str, here: Here, who: Auditing) -> Proof:
    """Read the proof that the entry of one event stands under the newest signed head."""
    with here.store.snapshot() as reads:
        leaf, newest = reads.leaf(trial, event_id=event), reads.latest_checkpoint(trial)
        stored = reads.event(trial, event)
        if leaf is None or newest is None or stored is None or leaf.leaf_index is None:
            raise NotFoundError(what="entry of event", key=event)
        if not who.sees_site(stored.unseal().site):
            raise NotFoundError(what="entry of event", key=event)
        hashes = reads.leaf_hashes(trial, newest.size)
    path = inclusion_path(hashes, leaf.leaf_index, newest.size)
    return Proof(
        index=leaf.leaf_index,
        leaf_hash=leaf.leaf_hash.hex(),
        path=tuple(base64.b64encode(node).decode() for node in path),
        checkpoint=CheckpointView(size=newest.size, note=newest.note, vkey=here.key.vkey(trial)),
    )
