package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.linux.Errno;

/**
 * A {@code /dev/vhost-vdpa-N} with the kernel's simulated block device behind it, to the error number: drivers/vhost/
 * vdpa.c and vhost.c, drivers/vdpa/vdpa_sim. Memory is found at its real addresses.
 */
final class FakeVdpa {

    /** Pages that lie together in memory: a longer mapping becomes several entries. */
    private static final long CONTIGUOUS = 3 * FakeKernel.PAGE;

    private static final long BACKEND_FEATURES =
            Vhost.IOTLB_MSG_V2 | Vhost.IOTLB_BATCH | Vhost.IOTLB_PERSIST | 1L << 3 | 1L << 6;

    /** How a device is built. */
    enum Kind { PINS, BY_ADDRESS }

    final Kind kind;
    AddressRange range = AddressRange.ALL;
    long offered = BACKEND_FEATURES;
    int deviceId = Vhost.ID_BLOCK;
    String serial = "vdpa_blk_sim";
    boolean opened;
    boolean deaf;
    int tablesTaken;

    private final FakeKernel kernel;
    private final byte[] disk = new byte[0x10000];
    private final byte[] config = new byte[16];
    private boolean owned;
    private boolean batch;
    private long features;
    private byte status;
    private List<Entry> table;
    private List<Entry> reachable;
    private final FakeQueue queue = new FakeQueue(this);

    FakeVdpa(FakeKernel kernel, Kind kind) {
        this.kernel = kernel;
        this.kind = kind;
        for (int i = 0; i < config.length; i++) {
            config[i] = (byte) i;
        }
    }

    /** An entry of an IOTLB. */
    record Entry(AddressRange range, long address, byte permission, long pinned) {}

    int open() {
        if (opened) {
            return Errno.EBUSY.answer();
        }
        opened = true;
        owned = false;
        features = 0;
        reset();
        return 0;
    }

    void close() {
        features = 0;
        reset();
        removeTable();
        opened = false;
    }

    /** {@return what the table holds; entries that continue each other are joined} */
    List<AddressRange> held() {
        List<AddressRange> joined = new ArrayList<>();
        for (Entry entry : table == null ? List.<Entry>of() : table) {
            if (!joined.isEmpty() && joined.getLast().meets(entry.range())) {
                joined.add(new AddressRange(joined.removeLast().start(), entry.range().last()));
            } else {
                joined.add(entry.range());
            }
        }
        return joined;
    }

    int ioctl(int request, MemorySegment argument) {
        return switch (request) {
            case Vhost.SET_OWNER -> own();
            case Vhost.GET_BACKEND_FEATURES -> put(argument, offered);
            case Vhost.SET_BACKEND_FEATURES -> backendFeatures(argument.get(ValueLayout.JAVA_LONG, 0));
            case Vhost.GET_FEATURES -> put(argument, Vhost.VIRTIO_F_VERSION_1 | Vhost.VIRTIO_F_ACCESS_PLATFORM | 1);
            case Vhost.SET_FEATURES -> (argument.get(ValueLayout.JAVA_LONG, 0) & Vhost.VIRTIO_F_ACCESS_PLATFORM) != 0
                    ? 0 : Errno.EINVAL.answer();
            case Vhost.VDPA_GET_IOVA_RANGE -> {
                argument.set(ValueLayout.JAVA_LONG, Long.BYTES, range.last());
                yield put(argument, range.start());
            }
            case Vhost.VDPA_GET_DEVICE_ID -> {
                argument.set(ValueLayout.JAVA_INT, 0, deviceId);
                yield 0;
            }
            case Vhost.VDPA_GET_CONFIG_SIZE -> {
                argument.set(ValueLayout.JAVA_INT, 0, config.length);
                yield 0;
            }
            case Vhost.VDPA_GET_STATUS -> {
                argument.set(ValueLayout.JAVA_BYTE, 0, status);
                yield 0;
            }
            case Vhost.VDPA_SET_STATUS -> status(argument.get(ValueLayout.JAVA_BYTE, 0));
            case Vhost.VDPA_GET_CONFIG, Vhost.VDPA_SET_CONFIG -> config(request == Vhost.VDPA_SET_CONFIG, argument);
            default -> queue.ioctl(request, argument);
        };
    }

    private int own() {
        if (owned) {
            return Errno.EBUSY.answer();
        }
        owned = true;
        return 0;
    }

    private static int put(MemorySegment argument, long value) {
        argument.set(ValueLayout.JAVA_LONG, 0, value);
        return 0;
    }

    private int backendFeatures(long wanted) {
        if ((wanted & ~offered) != 0) {
            return Errno.EOPNOTSUPP.answer();
        }
        features = wanted;
        return 0;
    }

    private int status(byte wanted) {
        if (wanted == 0) {
            reset();
        } else if ((status & ~wanted) != 0) {
            return Errno.EINVAL.answer();
        } else {
            status = wanted;
        }
        return 0;
    }

    boolean running() {
        return (status & Vhost.STATUS_DRIVER_OK) != 0;
    }

    /** Without the feature a reset makes the device forget its table, and reach everything. */
    private void reset() {
        status = 0;
        queue.reset();
        if ((features & Vhost.IOTLB_PERSIST) == 0) {
            reachable = null;
        }
    }

    private int config(boolean write, MemorySegment argument) {
        int offset = argument.get(ValueLayout.JAVA_INT, 0);
        int length = argument.get(ValueLayout.JAVA_INT, 4);
        if (length == 0 || offset > config.length || length > config.length - offset) {
            return Errno.EINVAL.answer();
        }
        MemorySegment own = MemorySegment.ofArray(config).asSlice(offset, length);
        MemorySegment buffer = argument.asSlice(8, length);
        (write ? own : buffer).copyFrom(write ? buffer : own);
        return 0;
    }

    /** {@code vhost_chr_write_iter}: what the handler of the message refuses is EFAULT for the caller. */
    long write(MemorySegment message) {
        long size = message.get(ValueLayout.JAVA_LONG, 16);
        byte type = message.get(ValueLayout.JAVA_BYTE, 33);
        if (message.get(ValueLayout.JAVA_INT, 0) != 2 || type == 2 && size == 0) {
            return Errno.EINVAL.answer();
        }
        return handle(type, message.get(ValueLayout.JAVA_LONG, 8), size, message) ? 72 : Errno.EFAULT.answer();
    }

    private boolean handle(byte type, long iova, long size, MemorySegment message) {
        if (table == null && (type == 2 || type == 5)) {
            table = new ArrayList<>();
        }
        if (!owned || table == null) {
            return false;
        }
        switch (type) {
            case 2 -> {
                return update(iova, size, message.get(ValueLayout.JAVA_LONG, 24),
                        message.get(ValueLayout.JAVA_BYTE, 32));
            }
            case 3 -> invalidate(iova, iova + size - 1);
            case 5 -> batch = true;
            case 6 -> {
                batch = false;
                take();
                dropIfEmpty();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean update(long iova, long size, long address, byte permission) {
        long last = iova + size - 1;
        if (Long.compareUnsigned(last, iova) < 0 || !range.contains(new AddressRange(iova, last))
                || table.stream().anyMatch(entry -> entry.range().overlaps(new AddressRange(iova, last)))) {
            return false;
        }
        boolean done = kind == Kind.PINS
                ? pin(iova, size, address, permission)
                : byAddress(iova, size, address, permission);
        table.sort((a, b) -> a.range().compareTo(b.range()));
        return done;
    }

    private boolean pin(long iova, long size, long address, byte permission) {
        if (kernel.pinned() + size > kernel.memlock || !kernel.covers(address, size, (permission & 2) != 0)) {
            return false;
        }
        for (long done = 0; done < size; done += CONTIGUOUS) {
            long part = Math.min(CONTIGUOUS, size - done);
            enter(new Entry(AddressRange.ofSize(iova + done, part), address + done, permission, part));
        }
        return true;
    }

    /** Memory that is no shared file is passed over. */
    private boolean byAddress(long iova, long size, long address, byte permission) {
        long at = address;
        while (at != address + size) {
            Optional<FakeArea> area = kernel.areaAt(at);
            if (area.isEmpty()) {
                return false;
            }
            long part = Math.min(address + size, area.get().range().last() + 1) - at;
            if (area.get().shared()) {
                enter(new Entry(AddressRange.ofSize(iova + at - address, part), at, permission, 0));
            }
            at += part;
        }
        return true;
    }

    private void enter(Entry entry) {
        table.add(entry);
        kernel.pin(entry.pinned());
        if (!batch) {
            take();
        }
    }

    /** Every entry of which a byte is meant goes, whole. */
    private void invalidate(long first, long last) {
        AddressRange gone = new AddressRange(first, last);
        table.removeIf(entry -> {
            boolean goes = entry.range().overlaps(gone);
            kernel.pin(goes ? -entry.pinned() : 0);
            return goes;
        });
        if (!batch) {
            take();
            dropIfEmpty();
        }
    }

    private void take() {
        tablesTaken++;
        reachable = List.copyOf(table);
    }

    private void dropIfEmpty() {
        if (table.isEmpty()) {
            removeTable();
        }
    }

    private void removeTable() {
        if (table != null) {
            table.forEach(entry -> kernel.pin(-entry.pinned()));
            table = null;
            reachable = null;
        }
    }

    void kick() {
        if (running() && !deaf) {
            queue.work();
        }
    }

    /** {@return memory that the device reaches; empty if it does not. Without a table it reaches every address} */
    Optional<MemorySegment> reach(long iova, long size, boolean writes) {
        if (reachable == null) {
            return Optional.of(MemorySegment.ofAddress(iova).reinterpret(size));
        }
        Optional<MemorySegment> all = Optional.empty();
        for (Entry entry : reachable) {
            if (entry.range().contains(iova) && (!writes || (entry.permission() & 2) != 0)) {
                long offset = iova - entry.range().start();
                long part = Math.min(size, entry.range().size() - offset);
                all = part == size || reach(iova + part, size - part, writes).isPresent()
                        ? Optional.of(MemorySegment.ofAddress(entry.address() + offset).reinterpret(size))
                        : Optional.empty();
            }
        }
        return all;
    }

    byte[] disk() {
        return disk;
    }
}
