package org.pinion.keeper;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.ApartDevice;
import org.pinion.api.Decision;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IovaLimits;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.Particulars;
import org.pinion.spi.holder.HeldSpace;

/** A space as text (JSON), but for its open files, which are in it by name. */
final class SpaceText {

    private SpaceText() {}

    /**
     * @param space a space
     * @param memory the names under which its memory files are stored, by their descriptors
     * @return the text
     */
    static byte[] write(HeldSpace space, Map<Integer, String> memory) throws IOException {
        SpaceSnapshot snapshot = space.snapshot();
        Plan plan = snapshot.plan();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("options", Values.of(snapshot.options()));
        all.put("state", Values.of(snapshot.state()));
        all.put("version", snapshot.version());
        all.put("hosts", Values.list(snapshot.devices()));
        all.put("view", plan.view().name());
        all.put("sections", Values.list(plan.view().sections()));
        all.put("limits", Values.list(plan.limits().devices()));
        all.put("apart", Values.list(plan.limits().apart()));
        all.put("policies", plan.policies());
        all.put("decisions", Values.list(plan.decisions()));
        all.put("missing", Values.list(snapshot.missing()));
        all.put("ledger", Values.of(snapshot.ledger()));
        all.put("capabilities", Values.of(space.capabilities()));
        all.put("entries", Values.list(space.entries()));
        all.put("doubtful", Values.list(space.doubtful()));
        all.put("devices", Values.list(space.devices()));
        all.put("handOverVersion", space.handOver().version());
        all.put("particulars", Values.of(space.handOver().particulars()));
        all.put("files", space.handOver().files().stream().map(HandOver.OpenFile::name).toList());
        Map<String, Object> memoryNames = new LinkedHashMap<>();
        memory.forEach((fd, name) -> memoryNames.put(Integer.toString(fd), name));
        all.put("memory", memoryNames);
        return JSON.std.asBytes(all);
    }

    /**
     * What is to be found out before values can be read: which files and which memory a record names.
     *
     * @param files the names of the session's files, in their order
     * @param memory the names under which memory files are stored, by their descriptors in the process that wrote
     * @param all all of the record
     */
    record Outline(List<String> files, Map<Integer, String> memory, Map<String, Object> all) {

        static Outline of(byte[] text) throws DamagedRecordException {
            try {
                Map<String, Object> all = JSON.std.mapFrom(text);
                List<String> files = new ValueReader(file -> file).list(all.get("files"), String.class);
                return new Outline(files, memory(all.get("memory")), all);
            } catch (IOException | NumberFormatException noJson) {
                throw DamagedRecordException.damaged(noJson.getMessage());
            }
        }

        private static Map<Integer, String> memory(Object written) throws DamagedRecordException {
            if (!(written instanceof Map<?, ?> names)) {
                throw DamagedRecordException.damaged("it names no memory");
            }
            Map<Integer, String> memory = new LinkedHashMap<>();
            names.forEach((fd, name) -> memory.put(Integer.parseInt((String) fd), (String) name));
            return memory;
        }
    }

    /**
     * @param outline the record
     * @param reader reads its values
     * @param files its files, open in this process
     * @param kernel takes them back
     * @return the space, without memory
     */
    static HeldSpace read(
            Outline outline, ValueReader reader, List<HandOver.OpenFile> files, HandOver.KernelLink kernel)
            throws DamagedRecordException {
        Map<String, Object> all = outline.all();
        BackendCapabilities capabilities = reader.read(all.get("capabilities"), BackendCapabilities.class);
        HandOver handOver = new HandOver(
                reader.read(all.get("handOverVersion"), Integer.class),
                kernel,
                List.of(),
                files,
                reader.read(all.get("particulars"), Particulars.class));
        List<Mapping> entries = reader.list(all.get("entries"), Mapping.class);
        return new HeldSpace(
                snapshot(all, reader, plan(all, reader, capabilities.pageSize()), joined(entries)),
                capabilities,
                handOver,
                entries,
                reader.list(all.get("doubtful"), Mapping.class),
                reader.list(all.get("devices"), HeldSpace.HeldDevice.class),
                List.of(),
                true);
    }

    private static SpaceSnapshot snapshot(Map<String, Object> all, ValueReader reader, Plan plan, List<Mapping> table)
            throws DamagedRecordException {
        return new SpaceSnapshot(
                reader.read(all.get("options"), SpaceOptions.class),
                reader.read(all.get("state"), SpaceSnapshot.State.class),
                reader.read(all.get("version"), Number.class).longValue(),
                reader.list(all.get("hosts"), HostDevice.class),
                plan,
                table,
                reader.list(all.get("missing"), Mapping.class),
                reader.read(all.get("ledger"), Ledger.class));
    }

    private static Plan plan(Map<String, Object> all, ValueReader reader, long pageSize)
            throws DamagedRecordException {
        IovaLimits together = IovaLimits.intersect(pageSize, reader.list(all.get("limits"), DeviceLimits.class));
        List<ApartDevice> apart = reader.list(all.get("apart"), ApartDevice.class);
        return new Plan(
                FlatView.of(
                        reader.read(all.get("view"), String.class), reader.list(all.get("sections"), Section.class)),
                apart.isEmpty() ? together : together.withApart(apart),
                reader.list(all.get("policies"), String.class),
                reader.list(all.get("decisions"), Decision.class));
    }

    /** What a snapshot shows: neighbours that continue each other are one. */
    private static List<Mapping> joined(List<Mapping> entries) {
        List<Mapping> joined = new ArrayList<>();
        for (Mapping entry : entries) {
            AddressRange range = entry.range();
            if (!joined.isEmpty() && joined.getLast().continuedBy(entry)) {
                joined.set(joined.size() - 1, joined.getLast().through(range.last()));
            } else {
                joined.add(entry);
            }
        }
        return joined;
    }
}
