package org.example.vhostvdpa;

/** Numbers of include/uapi/linux/vhost.h, vhost_types.h, virtio_config.h and virtio_ids.h. */
final class Vhost {

    static final int GET_FEATURES = 0x8008af00;
    static final int SET_FEATURES = 0x4008af00;
    static final int SET_OWNER = 0xaf01;
    static final int SET_VRING_NUM = 0x4008af10;
    static final int SET_VRING_ADDR = 0x4028af11;
    static final int SET_VRING_BASE = 0x4008af12;
    static final int SET_VRING_KICK = 0x4008af20;
    static final int SET_BACKEND_FEATURES = 0x4008af25;
    static final int GET_BACKEND_FEATURES = 0x8008af26;
    static final int VDPA_GET_DEVICE_ID = 0x8004af70;
    static final int VDPA_SET_STATUS = 0x4001af72;
    static final int VDPA_GET_STATUS = 0x8001af71;
    static final int VDPA_GET_CONFIG = 0x8008af73;
    static final int VDPA_SET_CONFIG = 0x4008af74;
    static final int VDPA_SET_VRING_ENABLE = 0x4008af75;
    static final int VDPA_GET_IOVA_RANGE = 0x8010af78;
    static final int VDPA_GET_CONFIG_SIZE = 0x8004af79;

    /** Backend feature: messages are {@code struct vhost_msg_v2}. */
    static final long IOTLB_MSG_V2 = 1L << 1;

    /** Backend feature: several changes can be made in one go. */
    static final long IOTLB_BATCH = 1L << 2;

    /** Backend feature: a reset of the device leaves its mappings (Linux 6.7). */
    static final long IOTLB_PERSIST = 1L << 8;

    static final byte STATUS_ACKNOWLEDGE = 1;
    static final byte STATUS_DRIVER = 2;
    static final byte STATUS_DRIVER_OK = 4;
    static final byte STATUS_FEATURES_OK = 8;

    static final long VIRTIO_F_VERSION_1 = 1L << 32;
    static final long VIRTIO_F_ACCESS_PLATFORM = 1L << 33;

    /** A virtio block device. */
    static final int ID_BLOCK = 2;

    private Vhost() {}

    /** {@return the kind of a virtio device in a word, for people} */
    static String kind(int id) {
        return switch (id) {
            case 1 -> "virtio net";
            case ID_BLOCK -> "virtio block";
            case 3 -> "virtio console";
            case 26 -> "virtio fs";
            default -> "virtio device " + id;
        };
    }
}
