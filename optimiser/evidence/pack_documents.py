"""What `evidence` and the check of a pack give to machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.pack import Manifest, PackVerification

__all__ = ["EVIDENCE_SCHEMA", "VERIFY_PACK_SCHEMA", "evidence_document", "verify_pack_document"]

EVIDENCE_SCHEMA = "optimiser/evidence/1"
VERIFY_PACK_SCHEMA = "optimiser/verify-pack/1"


def evidence_document(manifest: Manifest, folder: Path, status: str, sha256: str) -> dict[str, Any]:
    """Return what was written, and where."""
    dumped = manifest.model_dump(mode="json", by_alias=True)
    return {
        "schema": EVIDENCE_SCHEMA,
        "pack": str(folder),
        "status": status,
        "sha256": sha256,
        "manifest": dumped,
    }


def verify_pack_document(found: PackVerification) -> dict[str, Any]:
    """Return every claim with what was found."""
    return {"schema": VERIFY_PACK_SCHEMA, "holds": found.holds, **found.model_dump(mode="json", by_alias=True)}
