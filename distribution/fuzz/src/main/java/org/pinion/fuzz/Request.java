package org.pinion.fuzz;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be asked of the kernel, with the layout of its structure: {@code NAME:BYTES} for each field, and {@code !}
 * after one that the kernel puts a file descriptor into (include/uapi/linux/iommufd.h and vfio.h; those that begin with
 * MOCK: drivers/iommu/iommufd/iommufd_test.h).
 */
enum Request {
    DESTROY(0x3b80, "size:4 id:4"),
    IOAS_ALLOC(0x3b81, "size:4 flags:4 out_ioas_id:4"),
    IOAS_ALLOW_IOVAS(0x3b82, "size:4 ioas_id:4 num_iovas:4 reserved:4 allowed_iovas:8"),
    IOAS_COPY(0x3b83, "size:4 flags:4 dst_ioas_id:4 src_ioas_id:4 length:8 dst_iova:8 src_iova:8"),
    IOAS_IOVA_RANGES(0x3b84, "size:4 ioas_id:4 num_iovas:4 reserved:4 allowed_iovas:8 out_iova_alignment:8"),
    IOAS_MAP(0x3b85, "size:4 flags:4 ioas_id:4 reserved:4 user_va:8 length:8 iova:8"),
    IOAS_UNMAP(0x3b86, "size:4 ioas_id:4 iova:8 length:8"),
    OPTION(0x3b87, "size:4 option_id:4 op:2 reserved:2 object_id:4 val64:8"),
    VFIO_IOAS(0x3b88, "size:4 ioas_id:4 op:2 reserved:2"),
    HWPT_ALLOC(0x3b89, "size:4 flags:4 dev_id:4 pt_id:4 out_hwpt_id:4 reserved:4 data_type:4 data_len:4 data_uptr:8"
            + " fault_id:4 reserved2:4"),
    GET_HW_INFO(0x3b8a, "size:4 flags:4 dev_id:4 data_len:4 data_uptr:8 data_type:4 out_max_pasid_log2:1 reserved:1"
            + " reserved2:2 out_capabilities:8"),
    HWPT_SET_DIRTY_TRACKING(0x3b8b, "size:4 flags:4 hwpt_id:4 reserved:4"),
    HWPT_GET_DIRTY_BITMAP(0x3b8c, "size:4 hwpt_id:4 flags:4 reserved:4 iova:8 length:8 page_size:8 data:8"),
    HWPT_INVALIDATE(0x3b8d, "size:4 hwpt_id:4 data_uptr:8 data_type:4 entry_len:4 entry_num:4 reserved:4"),
    FAULT_QUEUE_ALLOC(0x3b8e, "size:4 flags:4 out_fault_id:4 out_fault_fd:4!"),
    IOAS_MAP_FILE(0x3b8f, "size:4 flags:4 ioas_id:4 fd:4 start:8 length:8 iova:8"),
    IOAS_CHANGE_PROCESS(0x3b92, "size:4 reserved:4"),
    VEVENTQ_ALLOC(0x3b93, "size:4 flags:4 viommu_id:4 type:4 veventq_depth:4 out_veventq_id:4 out_veventq_fd:4!"
            + " reserved:4"),
    HW_QUEUE_ALLOC(0x3b94, "size:4 flags:4 viommu_id:4 type:4 index:4 out_hw_queue_id:4 nesting_parent_iova:8"
            + " length:8"),
    IOAS_NOIOMMU_GET_PA(0x3b95, "size:4 flags:4 ioas_id:4 reserved:4 iova:8 length:8 out_phys:8"),
    /** No kernel has it yet. */
    NEXT_IOMMUFD(0x3b96, "size:4 flags:4 id:4 reserved:4"),

    MOCK_ADD_RESERVED(1, true, "start:8 length:8"),
    MOCK_DOMAIN(2, true, "out_stdev_id:4 out_hwpt_id:4 out_idev_id:4"),
    MOCK_CHECK_MAP(3, true, "iova:8 length:8 uptr:8"),
    MOCK_CHECK_REFS(4, true, "length:8 uptr:8 refs:4"),
    MOCK_CREATE_ACCESS(5, true, "out_access_fd:4! flags:4"),
    MOCK_DESTROY_ACCESS_PAGES(6, true, "access_pages_id:4"),
    MOCK_ACCESS_PAGES(7, true, "flags:4 out_access_pages_id:4 iova:8 length:8 uptr:8"),
    MOCK_ACCESS_RW(8, true, "iova:8 length:8 uptr:8 flags:4"),
    MOCK_DOMAIN_REPLACE(10, true, "pt_id:4"),
    MOCK_ACCESS_REPLACE_IOAS(11, true, "ioas_id:4"),
    MOCK_DOMAIN_FLAGS(12, true, "out_stdev_id:4 out_hwpt_id:4 out_idev_id:4 dev_flags:4"),
    MOCK_DIRTY(13, true, "flags:4 iova:8 length:8 page_size:8 uptr:8 out_nr_dirty:8"),
    MOCK_CHECK_IOTLB(14, true, "entry:4 iotlb:4"),
    MOCK_TRIGGER_IOPF(15, true, "dev_id:4 pasid:4 grpid:4 perm:4 addr:8"),
    MOCK_CHECK_CACHE(16, true, "cache_id:4 cache:4"),
    MOCK_PASID_ATTACH(18, true, "pasid:4 pt_id:4"),
    MOCK_PASID_REPLACE(19, true, "pasid:4 pt_id:4"),
    MOCK_PASID_DETACH(20, true, "pasid:4"),
    MOCK_PASID_CHECK(21, true, "pasid:4 hwpt_id:4"),
    MOCK_DMABUF_GET(22, true, "length:4 open_flags:4"),
    MOCK_DMABUF_REVOKE(23, true, "dmabuf_fd:4 revoked:4"),
    /** No kernel has it yet. */
    MOCK_NEXT(24, true, "first:8 second:8"),

    GET_API_VERSION(0x3b64, ""),
    CHECK_EXTENSION(0x3b65, ""),
    SET_IOMMU(0x3b66, ""),
    IOMMU_GET_INFO(0x3b70, "argsz:4 flags:4 iova_pgsizes:8 cap_offset:4 pad:4"),
    MAP_DMA(0x3b71, "argsz:4 flags:4 vaddr:8 iova:8 size:8"),
    UNMAP_DMA(0x3b72, "argsz:4 flags:4 iova:8 size:8 pgsize:8 bitmap_size:8 bitmap:8"),
    DIRTY_PAGES(0x3b75, "argsz:4 flags:4 iova:8 size:8 pgsize:8 bitmap_size:8 bitmap:8"),

    GROUP_GET_STATUS(0x3b67, "argsz:4 flags:4"),
    GROUP_SET_CONTAINER(0x3b68, "fd:4"),
    GROUP_UNSET_CONTAINER(0x3b69, ""),

    DEVICE_GET_INFO(0x3b6b, "argsz:4 flags:4 num_regions:4 num_irqs:4 cap_offset:4 pad:4"),
    DEVICE_BIND(0x3b76, "argsz:4 flags:4 iommufd:4 out_devid:4 token_uuid_ptr:8"),
    DEVICE_ATTACH(0x3b77, "argsz:4 flags:4 pt_id:4 pasid:4"),
    DEVICE_DETACH(0x3b78, "argsz:4 flags:4 pasid:4");

    /** Stands for the bytes that follow the last field, in a structure that says to be longer. */
    static final String TAIL = "tail";

    private static final int TEST_COMMAND = 0x3ba0;
    private static final int TEST_COMMAND_SIZE = 72;
    private static final String TEST_COMMAND_HEAD = "size:4 op:4 id:4 reserved:4 ";

    private final int number;
    private final int size;
    private final int mockOp;
    private final List<Field> fields;
    private final Map<String, Field> byName = new LinkedHashMap<>();

    Request(int number, String layout) {
        this.number = number;
        this.mockOp = 0;
        this.fields = Layout.fields(layout);
        this.size = Layout.size(fields);
        fields.forEach(field -> byName.put(field.name(), field));
    }

    Request(int op, boolean mock, String layout) {
        this.number = TEST_COMMAND;
        this.mockOp = op;
        this.fields = Layout.fields(TEST_COMMAND_HEAD + layout);
        this.size = mock ? TEST_COMMAND_SIZE : Layout.size(fields);
        fields.forEach(field -> byName.put(field.name(), field));
    }

    int number() {
        return number;
    }

    /** Bytes of its structure; 0 if it has none. */
    int size() {
        return size;
    }

    List<Field> fields() {
        return fields;
    }

    /** A field by its name. */
    Field field(String name) {
        if (name.equals(TAIL)) {
            return new Field(TAIL, size, Integer.BYTES, false);
        }
        Field field = byName.get(name);
        if (field == null) {
            throw new IllegalArgumentException(this + " has no field '" + name + "'; it has " + byName.keySet());
        }
        return field;
    }

    /** Whether the first field says how long the structure is. */
    boolean sized() {
        return !fields.isEmpty() && this != GROUP_SET_CONTAINER;
    }

    /** What a request to mock devices is to do; 0 for others. */
    int mockOp() {
        return mockOp;
    }
}
