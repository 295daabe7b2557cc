package org.pinion.conformance;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The cases of Linux 7.3's own test program (tools/testing/selftests/iommu/iommufd.c), by name. */
final class Inventory {

    /** Cases that are left out, as {@code fixture.test}, each with the reason. */
    private static final Map<String, String> LEFT_OUT = leftOut();

    private static final String NO_VIRTUAL_IOMMUS =
            "virtual IOMMUs, their devices, queues and events are no matter of Pinion's";

    private Inventory() {}

    private static Map<String, String> leftOut() {
        Map<String, String> reasons = new LinkedHashMap<>();
        String fork = "needs a process that forks, which a JVM cannot";
        reasons.put("iommufd_ioas.fork_gone", fork);
        reasons.put("iommufd_ioas.fork_present", fork);
        reasons.put("change_process.basic", fork);
        reasons.put("iommufd_mock_domain.ro_unshare", "needs a private mapping of the running program to be written "
                + "to, which no Kernel of Pinion's offers");
        return reasons;
    }

    private static Set<String> cases(String fixture, List<String> variants, List<String> tests) {
        Set<String> names = new LinkedHashSet<>();
        for (String test : tests) {
            if (variants.isEmpty()) {
                names.add(fixture + "." + test);
            }
            variants.forEach(variant -> names.add(fixture + "." + variant + "." + test));
        }
        return names;
    }

    /** All of them. */
    static Set<String> all() {
        Set<String> names = new LinkedHashSet<>();
        names.addAll(cases("iommufd", List.of(), List.of("simple_close", "cmd_fail", "cmd_length", "cmd_ex_fail",
                "global_options", "simple_ioctls", "unmap_cmd", "map_cmd", "info_cmd", "set_iommu_cmd",
                "vfio_ioas")));
        names.addAll(cases("change_process", List.of("account_none", "account_user", "account_mm"),
                List.of("basic")));
        names.addAll(cases("iommufd_ioas", List.of("no_domain", "mock_domain", "two_mock_domain",
                "mock_domain_limit"), List.of("ioas_auto_destroy", "ioas_destroy", "alloc_hwpt_nested", "hwpt_attach",
                "ioas_area_destroy", "ioas_area_auto_destroy", "get_hw_info", "area", "unmap_fully_contained_areas",
                "area_auto_iova", "reserved_overflow", "area_allowed", "copy_area", "iova_ranges",
                "access_domain_destory", "access_pin", "access_pin_unmap", "access_rw", "access_rw_unaligned",
                "fork_gone", "fork_present", "ioas_option_huge_pages", "ioas_iova_alloc", "ioas_align_change",
                "copy_sweep", "dmabuf_simple", "dmabuf_revoke")));
        names.addAll(cases("iommufd_mock_domain", List.of("one_domain", "two_domains", "one_domain_hugepage",
                "two_domains_hugepage", "one_domain_file", "one_domain_file_hugepage"), List.of("basic",
                "ro_unshare", "all_aligns", "all_aligns_copy", "user_copy", "replace", "alloc_hwpt")));
        names.addAll(cases("iommufd_dirty_tracking", List.of("domain_dirty8k", "domain_dirty16k", "domain_dirty64k",
                "domain_dirty128k", "domain_dirty320k", "domain_dirty64M", "domain_dirty64M_huge", "domain_dirty128M",
                "domain_dirty128M_huge"), List.of("enforce_dirty", "set_dirty_tracking", "pasid_set_dirty_tracking",
                "device_dirty_capability", "get_dirty_bitmap", "get_dirty_bitmap_no_clear")));
        names.addAll(cases("vfio_compat_mock_domain", List.of("Ver1v2", "Ver1v0"), List.of("simple_close",
                "option_huge_pages", "get_info", "map", "huge_map")));
        names.addAll(cases("iommufd_viommu", List.of("no_viommu", "mock_viommu"), List.of("viommu_auto_destroy",
                "viommu_negative_tests", "viommu_alloc_nested_iopf", "viommu_alloc_with_data", "vdevice_alloc",
                "vdevice_cache", "hw_queue", "vdevice_tombstone")));
        names.addAll(cases("iommufd_device_pasid", List.of("no_pasid", "has_pasid"), List.of("pasid_attach")));
        return names;
    }

    /** Why a case is left out; null if it is not. */
    static String reason(String name) {
        if (name.startsWith("iommufd_viommu.")) {
            return NO_VIRTUAL_IOMMUS;
        }
        return LEFT_OUT.get(name.replaceFirst("\\..*\\.", "."));
    }
}
