package org.example.vhostvdpa;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Errno;

/** The virtqueue of the simulated block device, and what that does with requests. */
final class FakeQueue {

    private final FakeVdpa device;
    private long descriptors;
    private long used;
    private long available;
    private int size;
    private boolean enabled;
    private short taken;
    int kick = -1;

    FakeQueue(FakeVdpa device) {
        this.device = device;
    }

    void reset() {
        enabled = false;
        taken = 0;
        kick = -1;
    }

    int ioctl(int request, MemorySegment argument) {
        switch (request) {
            case Vhost.SET_VRING_NUM -> size = argument.get(ValueLayout.JAVA_INT, 4);
            case Vhost.SET_VRING_BASE -> taken = (short) argument.get(ValueLayout.JAVA_INT, 4);
            case Vhost.VDPA_SET_VRING_ENABLE -> enabled = argument.get(ValueLayout.JAVA_INT, 4) == 1;
            case Vhost.SET_VRING_KICK -> kick = argument.get(ValueLayout.JAVA_INT, 4);
            case Vhost.SET_VRING_ADDR -> {
                descriptors = argument.get(ValueLayout.JAVA_LONG, 8);
                used = argument.get(ValueLayout.JAVA_LONG, 16);
                available = argument.get(ValueLayout.JAVA_LONG, 24);
            }
            default -> {
                return Errno.ENOTTY.answer();
            }
        }
        return 0;
    }

    private record Part(long iova, int length, boolean writes) {}

    void work() {
        Optional<MemorySegment> ring = device.reach(available, 4 + 2L * size, false);
        while (enabled && ring.isPresent() && ring.get().get(ValueLayout.JAVA_SHORT, 2) != taken) {
            short head = ring.get().get(ValueLayout.JAVA_SHORT, 4 + 2L * (taken & size - 1));
            if (!carryOut(parts(head))) {
                return;
            }
            taken++;
            device.reach(used, 4, true).orElseThrow().set(ValueLayout.JAVA_SHORT, 2, taken);
        }
    }

    private List<Part> parts(short head) {
        List<Part> parts = new ArrayList<>();
        MemorySegment table = device.reach(descriptors, 16L * size, false).orElseThrow();
        int next = head;
        while (next >= 0) {
            MemorySegment descriptor = table.asSlice(16L * next, 16);
            short flags = descriptor.get(ValueLayout.JAVA_SHORT, 12);
            parts.add(new Part(descriptor.get(ValueLayout.JAVA_LONG, 0), descriptor.get(ValueLayout.JAVA_INT, 8),
                    (flags & 2) != 0));
            next = (flags & 1) != 0 ? descriptor.get(ValueLayout.JAVA_SHORT, 14) : -1;
        }
        return parts;
    }

    private boolean carryOut(List<Part> parts) {
        Optional<MemorySegment> header = device.reach(parts.getFirst().iova(), 16, false);
        Optional<MemorySegment> status = device.reach(parts.getLast().iova(), 1, true);
        if (header.isEmpty() || status.isEmpty()) {
            return false;
        }
        int type = header.get().get(ValueLayout.JAVA_INT, 0);
        byte[] source = type == 8
                ? Arrays.copyOf(device.serial.getBytes(StandardCharsets.US_ASCII), 20)
                : device.disk();
        status.get().set(ValueLayout.JAVA_BYTE, 0, move(parts.subList(1, parts.size() - 1), source));
        return true;
    }

    private byte move(List<Part> data, byte[] own) {
        int at = 0;
        for (Part part : data) {
            Optional<MemorySegment> memory = device.reach(part.iova(), part.length(), part.writes());
            if (memory.isEmpty()) {
                return 1;
            }
            MemorySegment bytes = MemorySegment.ofArray(own).asSlice(at, part.length());
            (part.writes() ? memory.get() : bytes).copyFrom(part.writes() ? bytes : memory.get());
            at += part.length();
        }
        return 0;
    }
}
