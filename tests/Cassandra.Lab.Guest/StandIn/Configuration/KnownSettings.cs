namespace Cassandra.Lab.Guest.StandIn.Configuration;

/// <summary>The keys of cassandra.yaml that a release accepts. An unknown key stops the real program, so it must
/// stop the stand-in.</summary>
internal static class KnownSettings
{
    private const string Always = """
        cluster_name num_tokens allocate_tokens_for_keyspace allocate_tokens_for_local_replication_factor initial_token
        partitioner auto_bootstrap seed_provider endpoint_snitch dynamic_snitch dynamic_snitch_badness_threshold
        data_file_directories local_system_data_file_directory commitlog_directory hints_directory
        saved_caches_directory cdc_raw_directory cdc_enabled cdc_block_writes disk_optimization_strategy
        disk_failure_policy commit_failure_policy disk_access_mode
        commitlog_sync commitlog_compression commitlog_max_compression_buffers_in_pool periodic_commitlog_sync_lag_block
        listen_address listen_interface listen_interface_prefer_ipv6 broadcast_address listen_on_broadcast_address
        rpc_address rpc_interface rpc_interface_prefer_ipv6 broadcast_rpc_address rpc_keepalive
        storage_port ssl_storage_port start_native_transport native_transport_port native_transport_port_ssl
        native_transport_max_threads native_transport_flush_in_batches_legacy native_transport_allow_older_protocols
        native_transport_max_concurrent_connections native_transport_max_concurrent_connections_per_ip
        native_transport_max_negotiable_protocol_version
        authenticator authorizer role_manager network_authorizer internode_authenticator
        permissions_cache_max_entries roles_cache_max_entries credentials_cache_max_entries
        hinted_handoff_enabled hinted_handoff_disabled_datacenters max_hints_delivery_threads hints_compression
        concurrent_reads concurrent_writes concurrent_counter_writes concurrent_materialized_view_writes
        concurrent_compactors concurrent_validations concurrent_materialized_view_builders
        memtable_allocation_type memtable_flush_writers memtable_cleanup_threshold
        file_cache_enabled file_cache_round_up buffer_pool_use_heap_if_exhausted
        row_cache_class_name row_cache_keys_to_save key_cache_keys_to_save counter_cache_keys_to_save
        trickle_fsync incremental_backups snapshot_before_compaction auto_snapshot snapshot_links_per_second
        sstable_preemptive_open_interval_in_mb column_index_size_in_kb column_index_cache_size_in_kb
        tombstone_warn_threshold tombstone_failure_threshold
        unlogged_batch_across_partitions_warn_threshold gc_warn_threshold_in_ms gc_log_threshold_in_ms
        phi_convict_threshold internode_compression inter_dc_tcp_nodelay
        internode_tcp_connect_timeout_in_ms internode_tcp_user_timeout_in_ms
        server_encryption_options client_encryption_options transparent_data_encryption_options
        enable_user_defined_functions enable_scripted_user_defined_functions enable_materialized_views
        enable_sasi_indexes enable_transient_replication enable_drop_compact_storage
        user_defined_function_fail_timeout user_defined_function_warn_timeout user_function_timeout_policy
        back_pressure_enabled back_pressure_strategy ideal_consistency_level
        audit_logging_options full_query_logging_options diagnostic_events_enabled
        automatic_sstable_upgrade max_concurrent_automatic_sstable_upgrades
        stream_entire_sstables streaming_connections_per_host streaming_keep_alive_period_in_secs
        repair_command_pool_full_strategy repair_command_pool_size repaired_data_tracking_for_range_reads_enabled
        repaired_data_tracking_for_partition_reads_enabled report_unconfirmed_repaired_data_mismatches
        replica_filtering_protection cross_node_timeout internode_authenticator table_count_warn_threshold
        keyspace_count_warn_threshold autocompaction_on_startup_enabled auto_optimise_inc_repair_streams
        validation_preview_purge_head_start_in_sec consecutive_message_errors_threshold corrupted_tombstone_strategy
        check_for_duplicate_rows_during_compaction check_for_duplicate_rows_during_reads
        authentication_allow_list traverse_auth_from_root periodic_commitlog_sync_lag_block_in_ms
        otc_coalescing_strategy otc_coalescing_window_us otc_coalescing_enough_coalesced_messages
        """;

    // Units in the name: what 4.0 knows, and what later releases still accept.
    private const string UnitsInTheName = """
        permissions_validity_in_ms permissions_update_interval_in_ms roles_validity_in_ms roles_update_interval_in_ms
        credentials_validity_in_ms credentials_update_interval_in_ms max_hint_window_in_ms
        hinted_handoff_throttle_in_kb hints_flush_period_in_ms max_hints_file_size_in_mb
        batchlog_replay_throttle_in_kb batch_size_warn_threshold_in_kb batch_size_fail_threshold_in_kb
        commitlog_sync_period_in_ms commitlog_sync_batch_window_in_ms commitlog_sync_group_window_in_ms
        commitlog_segment_size_in_mb commitlog_total_space_in_mb max_mutation_size_in_kb
        cdc_total_space_in_mb cdc_free_space_check_interval_ms
        key_cache_size_in_mb key_cache_save_period row_cache_size_in_mb row_cache_save_period
        counter_cache_size_in_mb counter_cache_save_period prepared_statements_cache_size_mb file_cache_size_in_mb
        memtable_heap_space_in_mb memtable_offheap_space_in_mb index_summary_capacity_in_mb
        index_summary_resize_interval_in_minutes trickle_fsync_interval_in_kb native_transport_max_frame_size_in_mb
        native_transport_idle_timeout_in_ms native_transport_max_concurrent_requests_in_bytes
        native_transport_max_concurrent_requests_in_bytes_per_ip
        compaction_throughput_mb_per_sec compaction_large_partition_warning_threshold_mb
        min_free_space_per_drive_in_mb stream_throughput_outbound_megabits_per_sec
        inter_dc_stream_throughput_outbound_megabits_per_sec
        read_request_timeout_in_ms range_request_timeout_in_ms write_request_timeout_in_ms
        counter_write_request_timeout_in_ms cas_contention_timeout_in_ms truncate_request_timeout_in_ms
        request_timeout_in_ms slow_query_log_timeout_in_ms dynamic_snitch_update_interval_in_ms
        dynamic_snitch_reset_interval_in_ms tracetype_query_ttl tracetype_repair_ttl thrift_framed_transport_size_in_mb
        repair_session_space_in_mb repair_session_max_tree_depth
        """;

    private const string Since41 = """
        permissions_validity permissions_update_interval permissions_cache_active_update roles_validity
        roles_update_interval roles_cache_active_update credentials_validity credentials_update_interval
        credentials_cache_active_update auth_cache_warming_enabled
        max_hint_window hint_window_persistent_enabled hinted_handoff_throttle hints_flush_period max_hints_file_size
        max_hints_size_per_host auto_hints_cleanup_enabled transfer_hints_on_decommission
        batchlog_replay_throttle batchlog_endpoint_strategy batch_size_warn_threshold batch_size_fail_threshold
        commitlog_sync_period commitlog_sync_group_window commitlog_segment_size commitlog_total_space max_mutation_size
        cdc_total_space cdc_free_space_check_interval key_cache_size key_cache_migrate_during_compaction
        row_cache_size counter_cache_size cache_load_timeout prepared_statements_cache_size file_cache_size
        networking_cache_size memtable memtable_heap_space memtable_offheap_space index_summary_capacity
        index_summary_resize_interval trickle_fsync_interval native_transport_max_frame_size
        native_transport_idle_timeout native_transport_max_request_data_in_flight
        native_transport_max_request_data_in_flight_per_ip native_transport_rate_limiting_enabled
        native_transport_max_requests_per_second native_transport_receive_queue_capacity
        compaction_throughput compaction_large_partition_warning_threshold compaction_tombstone_warning_threshold
        min_free_space_per_drive sstable_preemptive_open_interval uuid_sstable_identifiers_enabled
        stream_throughput_outbound inter_dc_stream_throughput_outbound entire_sstable_stream_throughput_outbound
        entire_sstable_inter_dc_stream_throughput_outbound streaming_keep_alive_period streaming_slow_events_log_timeout
        read_request_timeout range_request_timeout write_request_timeout counter_write_request_timeout
        cas_contention_timeout truncate_request_timeout request_timeout slow_query_log_timeout internode_timeout
        dynamic_snitch_update_interval dynamic_snitch_reset_interval trace_type_query_ttl trace_type_repair_ttl
        gc_warn_threshold gc_log_threshold repair_session_space concurrent_merkle_tree_requests
        column_index_size column_index_cache_size internode_tcp_connect_timeout internode_tcp_user_timeout
        internode_streaming_tcp_user_timeout user_defined_functions_enabled scripted_user_defined_functions_enabled
        user_defined_functions_warn_timeout user_defined_functions_fail_timeout materialized_views_enabled
        sasi_indexes_enabled transient_replication_enabled drop_compact_storage_enabled
        allow_extra_insecure_udfs periodic_commitlog_sync_lag_block startup_checks failure_detector
        snapshot_on_duplicate_row_detection snapshot_on_repaired_data_mismatch
        repair_state_expires repair_state_size paxos_variant paxos_state_purging auto_snapshot_ttl
        default_keyspace_rf force_new_prepared_statement_behaviour read_thresholds_enabled
        coordinator_read_size_warn_threshold coordinator_read_size_fail_threshold local_read_size_warn_threshold
        local_read_size_fail_threshold row_index_read_size_warn_threshold row_index_read_size_fail_threshold
        keyspaces_warn_threshold keyspaces_fail_threshold tables_warn_threshold tables_fail_threshold
        columns_per_table_warn_threshold columns_per_table_fail_threshold partition_keys_in_select_warn_threshold
        partition_keys_in_select_fail_threshold secondary_indexes_per_table_warn_threshold
        secondary_indexes_per_table_fail_threshold materialized_views_per_table_warn_threshold
        materialized_views_per_table_fail_threshold page_size_warn_threshold page_size_fail_threshold
        collection_size_warn_threshold collection_size_fail_threshold items_per_collection_warn_threshold
        items_per_collection_fail_threshold fields_per_udt_warn_threshold fields_per_udt_fail_threshold
        data_disk_usage_percentage_warn_threshold data_disk_usage_percentage_fail_threshold data_disk_usage_max_disk_size
        minimum_replication_factor_warn_threshold minimum_replication_factor_fail_threshold
        in_select_cartesian_product_warn_threshold in_select_cartesian_product_fail_threshold
        table_properties_warned table_properties_ignored table_properties_disallowed
        read_consistency_levels_warned read_consistency_levels_disallowed write_consistency_levels_warned
        write_consistency_levels_disallowed user_timestamps_enabled group_by_enabled drop_truncate_table_enabled
        secondary_indexes_enabled uncompressed_tables_enabled compact_tables_enabled read_before_write_list_operations_enabled
        allow_filtering_enabled simplestrategy_enabled denylist_writes_enabled denylist_reads_enabled
        denylist_range_reads_enabled partition_denylist_enabled top_partitions_enabled
        client_error_reporting_exclusions internode_error_reporting_exclusions
        """;

    private const string Since50 = """
        crypto_provider cidr_authorizer sstable default_compaction default_secondary_index
        default_secondary_index_enabled storage_compatibility_mode sai_options dynamic_data_masking_enabled
        commitlog_disk_access_mode cdc_on_repair_enabled native_transport_timeout
        memtable_allocation_type role_name_policy password_policy storage_attached_index_enabled
        partition_size_warn_threshold partition_size_fail_threshold partition_tombstones_warn_threshold
        partition_tombstones_fail_threshold column_value_size_warn_threshold column_value_size_fail_threshold
        maximum_replication_factor_warn_threshold maximum_replication_factor_fail_threshold
        vector_dimensions_warn_threshold vector_dimensions_fail_threshold zero_ttl_on_twcs_enabled
        zero_ttl_on_twcs_warned drop_keyspace_enabled intersect_filtering_query_enabled intersect_filtering_query_warned
        sai_frozen_term_size_warn_threshold sai_frozen_term_size_fail_threshold sai_string_term_size_warn_threshold
        sai_string_term_size_fail_threshold sai_vector_term_size_warn_threshold sai_vector_term_size_fail_threshold
        repair_disk_headroom_reject_ratio repair_pending_compaction_reject_threshold repair_request_timeout
        internode_max_message_size streaming_state_expires streaming_state_size streaming_stats_enabled
        """;

    private static readonly char[] Blanks = [' ', '\n', '\r'];

    /// <summary>Keys that the release knows, as in "4.1".</summary>
    public static HashSet<string> For(Version release)
    {
        IEnumerable<string> texts = [Always, UnitsInTheName];
        if (release >= new Version(4, 1))
            texts = texts.Append(Since41);
        if (release >= new Version(5, 0))
            texts = texts.Append(Since50);
        return [.. texts.SelectMany(text => text.Split(Blanks, StringSplitOptions.RemoveEmptyEntries))];
    }
}
