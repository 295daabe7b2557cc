package org.pinion.core.space;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Budget;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.Decoding;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.DirtyTracking;

/**
 * A session that enforces the kernel's rules in memory, records every call, and fails the calls it is told to. What
 * the rules forbid throws with the kernel's errno.
 */
final class FakeKernel implements BackendSession {

    private static final long PAGE = 4096;

    /** How a call that is to fail fails. */
    enum Fault {
        /** As a kernel refuses: nothing is changed. */
        REFUSED,
        /** As a faulty plugin does: it throws what it must not, after the call was carried out. */
        THROWN_AFTERWARDS
    }

    private final Map<String, DeviceLimits> host = new HashMap<>();
    private final TreeMap<Long, Mapping> entries = new TreeMap<>(Long::compareUnsigned);
    private final Set<String> open = new HashSet<>();
    private final Set<String> attached = new HashSet<>();
    private final Map<String, Decoding> decoding = new HashMap<>();
    private final Set<Mapping> revoked = new HashSet<>();
    private final List<String> calls = new ArrayList<>();
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Set<String> mediated = new HashSet<>();
    private Budget budget = Budget.UNKNOWN;
    private boolean keepsCutPages = true;
    private boolean pinsForEachDevice;
    private RangeSet dirty = RangeSet.EMPTY;
    private boolean tracking;
    private RangeSet lie;
    private Fault fault = Fault.REFUSED;
    private int failFrom = Integer.MAX_VALUE;
    private int failUntil = Integer.MAX_VALUE;
    private boolean resetsFail;
    private boolean closed;
    private String failOn = "";
    private final Map<String, List<Integer>> commands = new HashMap<>();
    private CountDownLatch arrived;
    private CountDownLatch letGo;

    FakeKernel(DeviceLimits... devices) {
        for (DeviceLimits device : devices) {
            host.put(device.device(), device);
        }
    }

    /** Fails the calls from the one with this number from now on (0 is the next), up to and without another. */
    void fail(Fault how, int from, int until) {
        fault = how;
        failFrom = from;
        failUntil = until;
        calls.clear();
    }

    /** Fails every call of these words. */
    void failOn(String what) {
        failOn = what;
    }

    /** Gives a device a command register, with this in it. */
    void command(String device, int value) {
        commands.put(device, new ArrayList<>(List.of(value)));
    }

    /** {@return what a device's command register held, one after the other; null if it has none} */
    List<Integer> allCommands(String device) {
        return commands.get(device);
    }

    /** {@return what was written into a device's command register} */
    List<Integer> commands(String device) {
        return commands.get(device).stream().skip(1).toList();
    }

    /** Has the first preflight wait. */
    void hold(CountDownLatch came, CountDownLatch goesOn) {
        arrived = came;
        letGo = goesOn;
    }

    private void waitIfHeld() {
        if (arrived != null) {
            arrived.countDown();
            try {
                letGo.await();
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    /** Makes a device one that the kernel pins nothing for. */
    void mediated(String device) {
        mediated.add(device);
    }

    void memlock(OptionalLong limit, long locked) {
        budget = new Budget(limit, locked, OptionalLong.empty());
    }

    void entriesLeft(OptionalLong entries) {
        budget = new Budget(OptionalLong.empty(), 0, entries);
    }

    @Override
    public boolean pins(String device) {
        return !mediated.contains(device);
    }

    @Override
    public boolean keepsCutPages() {
        return keepsCutPages;
    }

    @Override
    public boolean pinsForEachDevice() {
        return pinsForEachDevice;
    }

    /** Makes every device one that has pages pinned for itself. */
    void pinForEachDevice() {
        pinsForEachDevice = true;
    }

    void pinsCutPagesAnew() {
        keepsCutPages = false;
    }

    @Override
    public Budget budget() {
        return budget;
    }

    /** A device has written. */
    void write(AddressRange range) {
        dirty = dirty.union(RangeSet.of(range));
    }

    boolean tracking() {
        return tracking;
    }

    @Override
    public DirtyTracking startDirtyTracking() {
        tracking = true;
        dirty = RangeSet.EMPTY;
        return new DirtyTracking(4096, true);
    }

    @Override
    public RangeSet takeDirty(AddressRange range) {
        RangeSet taken = dirty.intersect(range);
        dirty = dirty.minus(taken);
        return taken;
    }

    @Override
    public void stopDirtyTracking() {
        tracking = false;
    }

    void heal() {
        failFrom = Integer.MAX_VALUE;
        failOn = "";
        calls.clear();
    }

    void lieAboutUsable(RangeSet usable) {
        lie = usable;
    }

    List<String> calls() {
        return calls;
    }

    List<Mapping> entries() {
        return List.copyOf(entries.values());
    }

    Set<String> open() {
        return open;
    }

    Set<String> attached() {
        return attached;
    }

    CountDownLatch reading() {
        return reading;
    }

    CountDownLatch goOn() {
        return goOn;
    }

    boolean closed() {
        return closed;
    }

    private interface Effect {
        void run() throws IommuException;
    }

    private void call(String what, Effect effect) throws IommuException {
        int number = calls.size();
        calls.add(what);
        boolean failing = number >= failFrom && number < failUntil || what.equals(failOn);
        if (failing && fault == Fault.REFUSED) {
            throw refuse(what, "EIO", "told to fail");
        }
        effect.run();
        if (failing) {
            throw new IllegalStateException("told to fail after " + what);
        }
    }

    private static IommuException refuse(String what, String errno, String why) {
        return new IommuException(what, errno, null, why, "", null);
    }

    @Override
    public BackendCapabilities capabilities() {
        return new BackendCapabilities(Set.of(Route.values()), PAGE, "");
    }

    @Override
    public DeviceLimits preflight(String device) throws IommuException {
        waitIfHeld();
        call("preflight " + device, () -> {
            if (!host.containsKey(device)) {
                throw refuse("preflight " + device, "ENODEV", "there is no such device");
            }
            if (!open.add(device)) {
                throw refuse("preflight " + device, "EBUSY", "it is open");
            }
        });
        return host.get(device);
    }

    @Override
    public DeviceLimits expect(DeviceLimits elsewhere) {
        return elsewhere;
    }

    @Override
    public void release(String device) throws IommuException {
        // The device is forgotten in any case.
        boolean attachedStill = attached.contains(device);
        open.removeIf(other -> other.equals(device) && !attachedStill);
        call("release " + device, () -> {
            if (attachedStill) {
                throw refuse("release " + device, "EBUSY", "it is attached");
            }
        });
    }

    @Override
    public DeviceHandle attach(String device) throws IommuException {
        call("attach " + device, () -> {
            if (!open.contains(device) || attached.contains(device)) {
                throw refuse("attach " + device, "EINVAL", "it is not open, or attached");
            }
            requireRoomFor(host.get(device));
            attached.add(device);
        });
        return new FakeDevice(new HostDevice(device, "fake", 1, "vfio", false), this, reading, goOn);
    }

    private void requireRoomFor(DeviceLimits limits) throws IommuException {
        for (Mapping entry : entries.values()) {
            boolean aligned = aligned(entry, limits.alignment());
            if (!aligned || !limits.usable().contains(entry.range())) {
                throw refuse("attach " + limits.device(), "EADDRINUSE", entry + " is in the way");
            }
        }
    }

    @Override
    public void detach(String device) throws IommuException {
        call("detach " + device, () -> {
            if (!attached.contains(device)) {
                throw refuse("detach " + device, "EINVAL", "it is not attached");
            }
            if (entries.values().stream().anyMatch(entry -> shows(entry, device))) {
                throw refuse("detach " + device, "EBUSY", "its memory is mapped");
            }
            attached.remove(device);
            open.remove(device);
            decoding.remove(device);
        });
    }

    private static boolean shows(Mapping entry, String device) {
        return entry.backing() instanceof Backing.DeviceBar bar && bar.device().equals(device);
    }

    /** Turns a device's memory on or off; when it goes off, what is mapped of it leads nowhere for good. */
    void decode(String device, boolean on) {
        Decoding before = decoding(device);
        if (before.on() && !on) {
            entries.values().stream().filter(entry -> shows(entry, device)).forEach(revoked::add);
        }
        decoding.put(device, new Decoding(on, before.interruptions() + (before.on() && !on ? 1 : 0)));
    }

    void failResets() {
        resetsFail = true;
    }

    boolean resetsFail() {
        return resetsFail;
    }

    Decoding decoding(String device) {
        return decoding.getOrDefault(device, Decoding.ALWAYS);
    }

    /** {@return the entries that lead somewhere} */
    List<Mapping> alive() {
        return entries.values().stream().filter(entry -> !revoked.contains(entry)).toList();
    }

    @Override
    public RangeSet usable() throws IommuException {
        call("usable", () -> {});
        return lie == null ? limits().usable() : lie;
    }

    private IovaLimits limits() {
        return IovaLimits.intersect(PAGE, attached.stream().map(host::get).toList());
    }

    @Override
    public void map(Mapping mapping) throws IommuException {
        call("map " + mapping.range(), () -> {
            if (!limits().usable().contains(mapping.range())) {
                throw refuse("map " + mapping, "EINVAL", "outside what is usable");
            }
            if (!aligned(mapping, limits().alignment())) {
                throw refuse("map " + mapping, "EINVAL", "not aligned");
            }
            if (mapping.backing() instanceof Backing.DeviceBar bar) {
                requireExported(mapping, bar);
            }
            if (entries.values().stream().anyMatch(entry -> entry.range().overlaps(mapping.range()))) {
                throw refuse("map " + mapping, "EEXIST", "something is there");
            }
            entries.put(mapping.range().start(), mapping);
        });
    }

    private void requireExported(Mapping mapping, Backing.DeviceBar bar) throws IommuException {
        if (!open.contains(bar.device()) || !decoding(bar.device()).on()) {
            throw refuse("map " + mapping, "ENODEV", "nobody exports the BAR");
        }
        AddressRange part = AddressRange.ofSize(bar.offset(), mapping.range().size());
        boolean inside = host.get(bar.device()).bars().stream()
                .anyMatch(export -> export.bar() == bar.bar() && export.areas().contains(part));
        if (!inside) {
            throw refuse("map " + mapping, "EINVAL", "the BAR has nothing there");
        }
    }

    private static boolean aligned(Mapping mapping, long alignment) {
        long bits = mapping.range().start()
                | mapping.range().last() + 1
                | mapping.backing().position();
        return (bits & (alignment - 1)) == 0;
    }

    @Override
    public void unmap(Mapping mapping) throws IommuException {
        call("unmap " + mapping.range(), () -> {
            if (!entries.remove(mapping.range().start(), mapping)) {
                throw refuse("unmap " + mapping, "ENOENT", "nothing is there");
            }
            revoked.remove(mapping);
        });
    }

    @Override
    public Ledger ledger() {
        return new Ledger(entries.size(), 0, 0, calls.size(), 0);
    }

    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        call("close", () -> {
            closed = true;
            entries.clear();
            open.clear();
            attached.clear();
        });
    }
}
