package org.pinion.shell.dma;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.driver.DmaEngine;

/**
 * The check of one device: every mapped range that it is to reach at its first and last bytes, then an address that is
 * not mapped.
 */
final class DeviceCheck {

    private static final int SMALLEST = 64;
    // 64 bytes to 2 KiB: no more than an engine moves.
    private static final int SIZES = 6;
    /** QEMU's edu clears the address bits above its mask, and the mask has 28 bits unless QEMU was told otherwise. */
    private static final long USUAL_MASK = 0xfff_ffffL;

    private final ReachableBytes memory;
    private final List<Mapping> table;
    private final AttachedDevice device;
    private final long pageSize;
    private final DmaEngine driver;

    private final List<DmaResult.CheckedRange> ranges = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private int transfers;
    private long bytes;

    DeviceCheck(ReachableBytes memory, SpaceSnapshot space, AttachedDevice device, DmaEngine driver) {
        this.memory = memory;
        this.table = space.table().stream()
                .flatMap(mapping -> space.plan().limits().reached(device.device().address(), mapping).stream())
                .toList();
        this.pageSize = space.plan().limits().alignment();
        this.device = device;
        this.driver = driver;
    }

    DmaResult.Moved run() {
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
                device.device().address(), driver.description(), ranges, transfers, bytes, unmapped, failures);
    }

    private String check(Mapping mapping) throws IommuException {
        if (probes(mapping).isEmpty()) {
            return mapping.backing() instanceof Backing.DeviceBar
                    ? "not checked: registers of a device, or not known to be anything else"
                    : "not checked: not memory of this process";
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

    /** The first bytes of a range's first page and the last bytes of its last page, if they are memory. */
    private List<AddressRange> probes(Mapping mapping) throws IommuException {
        AddressRange range = mapping.range();
        AddressRange first = AddressRange.ofSize(range.start(), size(range.start() / pageSize, range));
        AddressRange last = new AddressRange(range.last() - size(range.last() / pageSize, range) + 1, range.last());
        List<AddressRange> probes = new ArrayList<>();
        for (AddressRange probe : first.equals(last) ? List.of(first) : List.of(first, last)) {
            if (memory.at(probe).isPresent()) {
                probes.add(probe);
            }
        }
        return probes;
    }

    private static long size(long page, AddressRange range) {
        long size = (long) SMALLEST << Math.floorMod(page, SIZES);
        return range.last() - range.start() < size ? range.size() : size;
    }

    private Optional<AddressRange> writable(long size) throws IommuException {
        for (Mapping mapping : table) {
            AddressRange range = AddressRange.ofSize(mapping.range().start(), size);
            if (mapping.access().writable() && memory.at(range).isPresent()) {
                return Optional.of(range);
            }
        }
        return Optional.empty();
    }

    private void roundTrip(AddressRange from, AddressRange to) throws IommuException {
        Bytes source = memory.at(from).orElseThrow();
        Bytes target = memory.at(to).orElseThrow();
        byte[] pattern = pattern(from);
        try (Bytes.Saved _ = source.save();
                Bytes.Saved _ = target.save()) {
            source.set(pattern);
            move(from, driver::toDevice);
            // Every byte has to change for the comparison to hold, also where source and target are the same bytes.
            target.set(inverted(pattern));
            move(to, driver::fromDevice);
            int difference = Arrays.mismatch(target.get(), pattern);
            if (difference >= 0) {
                failures.add(wrong(from, to, difference));
            }
        }
    }

    private String wrong(AddressRange from, AddressRange to, int difference) {
        String hint = driver instanceof EduDriver && Long.compareUnsigned(from.last(), USUAL_MASK) > 0
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
        for (AddressRange witness : witnesses(outside)) {
            before.put(witness, memory.at(witness).orElseThrow().get());
        }
        move(outside, driver::fromDevice);
        for (Map.Entry<AddressRange, byte[]> witness : before.entrySet()) {
            byte[] after = memory.at(witness.getKey()).orElseThrow().get();
            if (!Arrays.equals(witness.getValue(), after)) {
                failures.add("the device wrote to %s, where nothing is mapped, and memory at %s changed"
                        .formatted(outside, witness.getKey()));
            }
        }
    }

    private List<AddressRange> witnesses(AddressRange outside) throws IommuException {
        List<AddressRange> witnesses = new ArrayList<>();
        for (Mapping mapping : table) {
            witnesses.addAll(probes(mapping));
        }
        if (memory.at(outside).isPresent()) {
            witnesses.add(outside);
        }
        return witnesses;
    }

    /** A direction of a transfer. */
    @FunctionalInterface
    private interface Transfer {
        void run(long iova, int count) throws IommuException;
    }
}
