"""Folders and files on disk: runs, cached stages, snapshots, sample data, and writing that is whole or not there."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.workspace.campaign_figures import (
        CampaignReach,
        campaign_curve,
        campaign_reach,
        campaign_results,
        read_readout,
        readout_of_campaign,
        readouts_of,
    )
    from offerloop.workspace.config_names import name_problems, pattern_notes
    from offerloop.workspace.erasing import erase_from_folder
    from offerloop.workspace.finished_run import CampaignRead, RunRead, offers_in, open_run
    from offerloop.workspace.folders import filling, make_folder, new_folder, write_whole
    from offerloop.workspace.input_tables import (
        InputTable,
        TableParts,
        numbered,
        table_on_engine,
        table_parts,
        table_rows,
    )
    from offerloop.workspace.offers_file import (
        Document,
        OffersFile,
        check_offers_file,
        document_name,
        read_document,
        read_offers_file,
    )
    from offerloop.workspace.plain_values import plain
    from offerloop.workspace.product_relations import SIMILAR_PRODUCTS, relate_products, similar_products_inputs
    from offerloop.workspace.purchase_time import epoch_second
    from offerloop.workspace.run_folders import (
        RUN_FORMAT,
        UPLOADS,
        control_arm,
        find_run,
        folder_named,
        held_back_of,
        holdout_of,
        is_of_loop,
        is_preview,
        naming_damaged_tables,
        preview_folder,
        shares_of,
    )
    from offerloop.workspace.samples import (
        SAMPLE_ROWS,
        LinesOnly,
        SampleRows,
        Samples,
        SourcePlace,
        fill_rows,
        join_rows,
        known_encoding,
        line_rows,
        place_of,
        sample_rows,
    )
    from offerloop.workspace.session import open_workspace, writing
    from offerloop.workspace.snapshots import stored, without_passwords
    from offerloop.workspace.stage_store import StageStore, sha256, versions
    from offerloop.workspace.stages import STAGE_NAMES, Recorder
    from offerloop.workspace.store_campaigns import (
        StoreCampaign,
        campaigns_of_store,
        kept_in_manifest,
        planned_revisions,
        store_campaign,
        with_campaigns,
        written_config,
    )
    from offerloop.workspace.trial_scores import BY_ESTIMATE, LEARNED, CheckedRows, TrialScorer, check_rows, write_parts
    from offerloop.workspace.trial_table import (
        MOST_ARMS,
        arm_numbers,
        as_number,
        check_arm_cells,
        check_cells,
        check_filled,
        check_numbers,
        control_among,
        empty_cells,
        no_column,
        numeric_column,
        planned_shares,
        too_many_arms,
    )

__all__ = [
    "BY_ESTIMATE",
    "LEARNED",
    "MOST_ARMS",
    "RUN_FORMAT",
    "SAMPLE_ROWS",
    "SIMILAR_PRODUCTS",
    "STAGE_NAMES",
    "UPLOADS",
    "CampaignReach",
    "CampaignRead",
    "CheckedRows",
    "Document",
    "InputTable",
    "LinesOnly",
    "OffersFile",
    "Recorder",
    "RunRead",
    "SampleRows",
    "Samples",
    "SourcePlace",
    "StageStore",
    "StoreCampaign",
    "TableParts",
    "TrialScorer",
    "arm_numbers",
    "as_number",
    "campaign_curve",
    "campaign_reach",
    "campaign_results",
    "campaigns_of_store",
    "check_arm_cells",
    "check_cells",
    "check_filled",
    "check_numbers",
    "check_offers_file",
    "check_rows",
    "control_among",
    "control_arm",
    "document_name",
    "empty_cells",
    "epoch_second",
    "erase_from_folder",
    "fill_rows",
    "filling",
    "find_run",
    "folder_named",
    "held_back_of",
    "holdout_of",
    "is_of_loop",
    "is_preview",
    "join_rows",
    "kept_in_manifest",
    "known_encoding",
    "line_rows",
    "make_folder",
    "name_problems",
    "naming_damaged_tables",
    "new_folder",
    "no_column",
    "numbered",
    "numeric_column",
    "offers_in",
    "open_run",
    "open_workspace",
    "pattern_notes",
    "place_of",
    "plain",
    "planned_revisions",
    "planned_shares",
    "preview_folder",
    "read_document",
    "read_offers_file",
    "read_readout",
    "readout_of_campaign",
    "readouts_of",
    "relate_products",
    "sample_rows",
    "sha256",
    "shares_of",
    "similar_products_inputs",
    "store_campaign",
    "stored",
    "table_on_engine",
    "table_parts",
    "table_rows",
    "too_many_arms",
    "versions",
    "with_campaigns",
    "without_passwords",
    "write_parts",
    "write_whole",
    "writing",
    "written_config",
]

__getattr__, __dir__ = lazy_exports(__name__)
