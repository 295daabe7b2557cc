package org.pinion.core.space;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Plan;
import org.pinion.api.RangeSet;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.table.Held;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.holder.HeldSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The devices attached to a space, and how they get in and out; used by its writer, found by everybody. */
final class Devices {

    private static final Logger LOG = LoggerFactory.getLogger(Devices.class);

    private final NavigableMap<String, OpenDevice> open = new ConcurrentSkipListMap<>();
    private final String space;
    private final GuardedSession session;
    private final Supplier<Duration> patience;
    private final Consumer<String> decodingChanged;
    private final BackendPresence presence;
    private final BackendCalls calls;
    private final ApartDevices apart;
    private final Readmission readmission;
    private List<DeviceLimits> lastDevices;
    private IovaLimits lastLimits;

    Devices(
            String space,
            GuardedSession session,
            Supplier<Duration> patience,
            Consumer<String> decodingChanged,
            BackendPresence presence,
            BackendCalls calls) {
        this.presence = presence;
        this.calls = calls;
        this.space = space;
        this.session = session;
        this.apart = new ApartDevices(session);
        this.readmission = new Readmission(session, open, apart);
        this.patience = patience;
        this.decodingChanged = decodingChanged;
    }

    boolean has(String address) {
        return open.containsKey(address);
    }

    OpenDevice get(String address) throws IommuException {
        OpenDevice device = open.get(address);
        if (device == null) {
            String attached = open.isEmpty() ? "no device is" : "attached are " + String.join(", ", open.keySet());
            throw new IommuException("detach " + address, "it is not attached; " + attached, "");
        }
        return device;
    }

    /** {@return the devices that the session has, sorted by address} */
    List<HostDevice> hosts() {
        return present().stream().map(address -> open.get(address).device()).toList();
    }

    /** {@return which attached devices are not where a plan has them, since undoing failed: a sentence each} */
    List<String> unplanned(Plan plan) {
        List<String> unplanned = new ArrayList<>(open.keySet());
        plan.limits().devices().forEach(planned -> unplanned.remove(planned.device()));
        unplanned.replaceAll(device -> device + " did not let itself be detached again");
        unplanned.addAll(readmission.sentences());
        unplanned.addAll(apart.misplaced(plan, device -> has(device) && !readmission.isLost(device)));
        return unplanned;
    }

    /** {@return a step that puts each device where a plan has it, then does what else is to be done} */
    Table.Between placing(Plan plan, Held held, Table.Between then) {
        return transaction -> {
            readmission.learnLost(transaction);
            apart.arrange(plan, held, transaction);
            readmission.admitLost(transaction);
            then.run(transaction);
        };
    }

    /** {@return what the attached devices together allow} */
    IovaLimits limits() {
        return limitsWithout("");
    }

    /** {@return what the attached devices and some more together allow} */
    IovaLimits limitsWith(Collection<DeviceLimits> more) throws IommuException {
        List<DeviceLimits> all = new ArrayList<>(more);
        open.values().forEach(device -> all.add(device.limitsNow()));
        IovaLimits limits = intersect(all);
        Optional<String> apart = limits.withoutCommonPage();
        if (apart.isPresent()) {
            throw new IommuException(
                    "plan for " + String.join(", ", more.stream().map(DeviceLimits::device).toList()),
                    apart.get(),
                    "give them address spaces of their own");
        }
        return limits;
    }

    /** Between an attach and a detach the devices allow the same for change after change. */
    private IovaLimits intersect(List<DeviceLimits> devices) {
        if (!devices.equals(lastDevices)) {
            lastLimits = IovaLimits.intersect(session.capabilities().pageSize(), devices);
            lastDevices = devices;
        }
        return lastLimits;
    }

    /** {@return what the attached devices but one together allow} */
    IovaLimits limitsWithout(String address) {
        List<DeviceLimits> others = new ArrayList<>(open.size());
        for (OpenDevice device : open.values()) {
            if (!device.limits().device().equals(address)) {
                others.add(device.limitsNow());
            }
        }
        return intersect(others);
    }

    /** Whether the kernel has taken away what an entry shows, since its device was reset or its memory turned off. */
    boolean leadsNowhere(Mapping entry) {
        return entry.backing() instanceof Backing.DeviceBar bar
                && open.containsKey(bar.device())
                && open.get(bar.device()).watch().interrupted();
    }

    /** {@return whether a mapping shows a device that is lost} */
    boolean isLost(Mapping mapping) {
        return mapping.backing() instanceof Backing.DeviceBar bar && readmission.isLost(bar.device());
    }

    /** Looks at the devices' memory: the plan to be made is for what is seen now. */
    void observe() {
        open.values().forEach(device -> device.watch().observe());
    }

    /** What was seen last is now what the mappings are right for. */
    void settled() {
        open.values().forEach(device -> device.watch().settled());
    }

    /** Learns a device's limits; they are filed under the address asked for, whatever the backend calls the device. */
    DeviceLimits preflight(String address) throws IommuException {
        return session.preflight(address).of(address);
    }

    /** Attaches a device that was learned about and checks that the kernel keeps to what it said then. */
    void letIn(DeviceLimits learned, Plan plan, Transaction transaction) throws IommuException {
        String address = learned.device();
        open.put(address, enter(address, learned, transaction));
        RangeSet usable = session.usable();
        if (!usable.equals(plan.limits().usable())) {
            throw new IommuException(
                    "attach " + address,
                    "the kernel now lets %s be used, where %s was predicted".formatted(usable, plan.limits().usable()),
                    "look whether another process or a hot-plug changed the device's group; then attach again. A VFIO"
                            + " container keeps what a device kept out at an end of the aperture after it has left:"
                            + " detach all devices and attach them again");
        }
    }

    private OpenDevice enter(String address, DeviceLimits learned, Transaction transaction) throws IommuException {
        DeviceHandle handle;
        try {
            handle = session.attach(address);
        } catch (BackendFailure unknown) {
            transaction.onUndo(() -> session.detach(address));
            throw unknown;
        }
        transaction.onUndo(() -> {
            session.detach(address);
            open.remove(address);
        });
        return new OpenDevice(session.deviceOf(address, handle), handle, learned, decodingChanged, presence, calls);
    }

    /**
     * A device whose detach failed counts as attached, however it failed: to think it gone would be the worse mistake.
     */
    void letOut(String address) throws IommuException {
        OpenDevice device = get(address);
        device.accesses().endAll(patience.get());
        try {
            if (readmission.isLost(address)) {
                readmission.forget(address);
            } else {
                session.detach(address);
            }
        } catch (IommuException failure) {
            device.accesses().resumeAll();
            throw failure;
        }
        open.remove(address);
        apart.left(address);
    }

    /** Lets drivers wait until {@link #resume}; if one of them does not end what it does, none waits. */
    void pause() throws IommuException {
        try {
            for (OpenDevice device : open.values()) {
                device.accesses().pause(patience.get());
            }
        } catch (IommuException busy) {
            resume();
            throw busy;
        }
    }

    /** Lets drivers go on. */
    void resume() {
        open.values().forEach(device -> device.accesses().resume());
    }

    /** Forgets by which handles the devices are reached. */
    void letGo() {
        present().forEach(address -> open.get(address).goOn(null));
    }

    /** {@return the addresses of the devices that the session has} */
    private List<String> present() {
        return open.keySet().stream()
                .filter(address -> !readmission.isLost(address))
                .toList();
    }

    /** Goes on with the handles of another session: with all of them, or, if one is missing, with none. */
    void goOn(GuardedSession.Adopted next) throws IommuException {
        Map<String, DeviceHandle> handles = new TreeMap<>();
        for (String address : present()) {
            handles.put(address, session.handle(next, address));
        }
        handles.forEach((address, handle) -> open.get(address).goOn(handle));
    }

    /** {@return the devices, for another core to go on with; one that is lost it has to attach anew} */
    List<HeldSpace.HeldDevice> hold() {
        return present().stream()
                .map(open::get)
                .map(device -> new HeldSpace.HeldDevice(
                        device.device(), device.limits(), device.watch().installed()))
                .toList();
    }

    /** Goes on with devices of another core, which nobody can access before a session has gone on with them. */
    void goOnWith(HeldSpace space) throws IommuException {
        boolean sure = space.snapshot().state() == SpaceSnapshot.State.ACTIVE;
        apart.goOnFrom(space.snapshot().plan(), sure);
        for (HeldSpace.HeldDevice held : space.devices()) {
            OpenDevice device = new OpenDevice(held.device(), null, held.limits(), decodingChanged, presence, calls);
            device.watch().goOnFrom(held.installed());
            device.accesses().pause(patience.get());
            open.put(held.limits().device(), device);
        }
    }

    /** {@return every attached device} */
    Collection<OpenDevice> all() {
        return List.copyOf(open.values());
    }

    /** {@return what takes them out of the session, and into it again} */
    Readmission readmission() {
        return readmission;
    }

    /** {@return a device for its driver; null if it is not attached} */
    OpenDevice find(String address) {
        return open.get(address);
    }

    /** Gives a device up that did not get in. */
    void releaseIfOutside(String device, IommuException failure) {
        if (has(device)) {
            return;
        }
        apart.left(device);
        try {
            session.release(device);
        } catch (IommuException unreleased) {
            failure.addSuppressed(unreleased);
        }
    }

    /** Ends every device for its driver, before the session closes them. */
    void endAll() {
        for (OpenDevice device : List.copyOf(open.values())) {
            try {
                device.accesses().endAll(patience.get());
            } catch (IommuException busy) {
                device.accesses().endUnawaited();
                LOG.warn("address space '{}' closes all the same: {}", space, busy.getMessage());
            }
            open.remove(device.limits().device());
        }
    }

    /**
     * At which addresses the kernel pins what is mapped: for all devices together under one name, or, where every
     * device has pages pinned for itself, for each under its own.
     *
     * @param limits says which devices are apart, for which it pins what they reach; for the others it pins all
     * @param more devices that are taken for attached and that it pins for
     */
    Map<String, RangeSet> pinned(IovaLimits limits, Collection<String> more) {
        return pinned(limits, more, session);
    }

    /** The same by a session that may have other devices open, and be asked whether every device pins for itself. */
    Map<String, RangeSet> pinned(IovaLimits limits, Collection<String> more, GuardedSession by) {
        List<String> pinning = new ArrayList<>(more);
        open.keySet().stream().filter(session::pins).forEach(pinning::add);
        boolean each = !pinning.isEmpty() && by.pinsForEachDevice();
        Map<String, RangeSet> pinned = new TreeMap<>();
        for (String device : pinning) {
            RangeSet reached = limits.apart(device)
                    .map(apart -> apart.reached(AddressRange.ALL))
                    .orElse(RangeSet.ALL);
            pinned.merge(each ? device : "", reached, RangeSet::union);
        }
        return pinned;
    }

    /** {@return what was learned of devices, by address, without attaching them; those attached are left out} */
    SortedMap<String, Learned> learn(Collection<String> plug) throws IommuException {
        SortedMap<String, Learned> learned = new TreeMap<>();
        try {
            for (String device : new TreeSet<>(plug)) {
                if (!has(device)) {
                    DeviceLimits limits = preflight(device);
                    learned.put(device, new Learned(limits, session.pins(device)));
                }
            }
        } finally {
            learned.keySet().forEach(this::releaseQuietly);
        }
        return learned;
    }

    /**
     * What is known of a device that is not attached.
     *
     * @param limits what it allows
     * @param pins whether the kernel pins pages for it
     */
    record Learned(DeviceLimits limits, boolean pins) {}

    /** {@return what the attached devices and some more would allow} */
    IovaLimits limitsWith(SortedMap<String, Learned> more) throws IommuException {
        return limitsWith(more.values().stream().map(Learned::limits).toList());
    }

    private void releaseQuietly(String device) {
        try {
            session.release(device);
        } catch (IommuException unreleased) {
            LOG.warn("after a preview in '{}': {}", space, unreleased.getMessage());
        }
    }
}
