package org.pinion.shell.dma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceSnapshot;

/** The check of one device: every mapped range at its first and last bytes, then an address that is not mapped. */
final class DeviceCheck {

    private static final int SMALLEST = 64;
    // 64 bytes to 2 KiB: below the 4096 bytes of the device's buffer.
    private static final int SIZES = 6;
    /** QEMU's edu clears the address bits above its mask, and the mask has 28 bits unless QEMU was told otherwise. */
    private static final long USUAL_MASK = 0xfff_ffffL;

    private final StandInMemory memory;
    private final List<Mapping> table;
    private final AttachedDevice device;
    private final long pageSize;
    private final EduDriver driver;

    private final List<DmaResult.CheckedRange> ranges = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int transfers;
    private long bytes;

    DeviceCheck(StandInMemory memory, SpaceSnapshot space, AttachedDevice device, EduDriver driver) {
        this.memory = memory;
        this.table = space.table();
        this.pageSize = space.plan().limits().alignment();
        this.device = device;
        this.driver = driver;
    }

    DmaResult.Moved run(String identity) {
        Optional<Long> unmapped = Optional.empty();
        try {
            for (Mapping mapping : table) {
                ranges.add(new DmaResult.CheckedRange(mapping.range(), check(mapping)));
            }
            unmapped = transfers == 0 ? Optional.empty() : unmapped();
            if (unmapped.isPresent()) {
                writeOutside(unmapped.get());
            }
        } catch (IommuException e) {
            failures.add(e.getMessage());
        }
        return new DmaResult.Moved(
                device.device().address(), identity, ranges, transfers, bytes, unmapped, failures);
    }

    private String check(Mapping mapping) throws IommuException {
        if (probes(mapping).isEmpty()) {
            return "not checked: not memory of this process";
        }
        int before = failures.size();
        for (AddressRange probe : probes(mapping)) {
            Optional<AddressRange> target = mapping.access().writable() ? Optional.of(probe) : writable(probe.size());
            if (target.isEmpty()) {
                return "not checked: it is read-only, and nothing writable is mapped to bring the bytes back to";
            }
            roundTrip(probe, target.get());
        }
        return failures.size() == before ? DmaResult.CheckedRange.OK : DmaResult.CheckedRange.FAILED;
    }

    /** The first bytes of a range's first page and the last bytes of its last page, if they are memory of ours. */
    private List<AddressRange> probes(Mapping mapping) {
        AddressRange range = mapping.range();
        long first = size(range.start() / pageSize, range);
        long last = size(range.last() / pageSize, range);
        return Stream.of(
                        AddressRange.ofSize(range.start(), first),
                        new AddressRange(range.last() - last + 1, range.last()))
                .distinct()
                .filter(probe -> memory.at(probe.start(), probe.size()).isPresent())
                .toList();
    }

    private static long size(long page, AddressRange range) {
        long size = (long) SMALLEST << Math.floorMod(page, SIZES);
        return range.last() - range.start() < size ? range.size() : size;
    }

    private Optional<AddressRange> writable(long size) {
        return table.stream()
                .filter(mapping -> mapping.access().writable())
                .map(mapping -> AddressRange.ofSize(mapping.range().start(), size))
                .filter(range -> memory.at(range.start(), size).isPresent())
                .findFirst();
    }

    private void roundTrip(AddressRange from, AddressRange to) throws IommuException {
        MemorySegment source = memory.at(from.start(), from.size()).orElseThrow();
        MemorySegment target = memory.at(to.start(), to.size()).orElseThrow();
        byte[] pattern = pattern(from);
        try (Content _ = new Content(source); Content _ = new Content(target)) {
            MemorySegment.copy(MemorySegment.ofArray(pattern), 0, source, 0, pattern.length);
            move(from, driver::toDevice);
            // Every byte has to change for the comparison to hold, also where source and target are the same bytes.
            target.copyFrom(MemorySegment.ofArray(inverted(pattern)));
            move(to, driver::fromDevice);
            long difference = target.mismatch(MemorySegment.ofArray(pattern));
            if (difference >= 0) {
                failures.add(wrong(from, to, difference));
            }
        }
    }

    private String wrong(AddressRange from, AddressRange to, long difference) {
        String hint = Long.compareUnsigned(from.last(), USUAL_MASK) > 0
                ? "; QEMU's edu reaches addresses above 0x%x only if started with dma_mask=0xffffffffffffffff"
                        .formatted(USUAL_MASK)
                : "";
        return "the bytes that the device read from %s and wrote to %s differ from byte %d on%s"
                .formatted(from, to, difference, hint);
    }

    private byte[] pattern(AddressRange range) {
        byte[] pattern = new byte[Math.toIntExact(range.size())];
        new Random(Objects.hash(device.device().address(), range)).nextBytes(pattern);
        return pattern;
    }

    private static byte[] inverted(byte[] pattern) {
        byte[] inverted = new byte[pattern.length];
        for (int i = 0; i < pattern.length; i++) {
            inverted[i] = (byte) ~pattern[i];
        }
        return inverted;
    }

    private void move(AddressRange range, Transfer transfer) throws IommuException {
        transfer.run(range.start(), Math.toIntExact(range.size()));
        transfers++;
        bytes += range.size();
    }

    /** A page that the device could use and that nothing is mapped at; if possible one where the guest has memory. */
    private Optional<Long> unmapped() {
        RangeSet mapped = RangeSet.of(table.stream().map(Mapping::range).toList());
        RangeSet free = device.limits().usable().minus(mapped);
        return Stream.concat(memory.ranges().stream().map(free::intersect), Stream.of(free))
                .flatMap(set -> set.ranges().stream())
                .flatMap(range -> range.trimTo(pageSize).stream())
                .map(AddressRange::start)
                .findFirst();
    }

    private void writeOutside(long address) throws IommuException {
        AddressRange outside = AddressRange.ofSize(address, SMALLEST);
        Map<AddressRange, byte[]> before = new LinkedHashMap<>();
        witnesses(outside).forEach(range -> before.put(range, bytes(range)));
        move(outside, driver::fromDevice);
        before.forEach((range, content) -> {
            if (MemorySegment.ofArray(content).mismatch(MemorySegment.ofArray(bytes(range))) >= 0) {
                failures.add("the device wrote to %s, where nothing is mapped, and memory at %s changed"
                        .formatted(outside, range));
            }
        });
    }

    private Stream<AddressRange> witnesses(AddressRange outside) {
        return Stream.concat(
                table.stream().flatMap(mapping -> probes(mapping).stream()),
                Stream.of(outside).filter(range -> memory.at(range.start(), range.size()).isPresent()));
    }

    private byte[] bytes(AddressRange range) {
        return memory.at(range.start(), range.size()).orElseThrow().toArray(ValueLayout.JAVA_BYTE);
    }

    /** A direction of a transfer. */
    @FunctionalInterface
    private interface Transfer {
        void run(long iova, int count) throws IommuException;
    }
}
