package org.pinion.shell.fake;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.pinion.api.AddressSpace;
import org.pinion.api.Budget;
import org.pinion.api.CommitReport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Mapping;
import org.pinion.api.Pending;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.api.runtime.PolicyDrafts;

/** The services of a host in plain Java. */
public final class FakeDma implements DmaService {

    /** Vendor and device of QEMU's edu, as configuration space holds them. */
    public static final int EDU = 0x11e8_1234;

    public final FakeMemory memory = new FakeMemory();
    public final List<String> events = new ArrayList<>();
    public final Map<String, Exception> failing = new TreeMap<>();
    public final Map<String, FakeDevice> opened = new TreeMap<>();
    public FlatView guest = FlatView.EMPTY;
    public List<FlatView> history = List.of();
    public Map<String, String> settings = Map.of();
    public Budget budget = Budget.UNKNOWN;
    public String pulled = "";
    public final List<String> quarantined = new ArrayList<>();
    public final Map<String, Pending> pending = new TreeMap<>();
    public List<PolicyDrafts> drafts = List.of(new FakeDrafts(this));

    private final Map<String, FakeSpace> spaces = new TreeMap<>();
    private final Map<String, Device> devices = new TreeMap<>();

    private record Device(HostDevice host, DeviceLimits limits, int identity, FakeDevice.Fault fault) {}

    public void add(HostDevice host, DeviceLimits limits, int identity, FakeDevice.Fault fault) {
        devices.put(host.address(), new Device(host, limits, identity, fault));
    }

    @Override
    public void adopt(String space) throws IommuException {
        happen("adopt " + space);
    }

    @Override
    public CommitReport move(String space, String backend) throws IommuException {
        happen("move " + space + " to " + backend);
        return new CommitReport(spaces.get(space).snapshot().plan(), List.of(), List.of(), 1 << 20, 1 << 20);
    }

    /** Notes what happens, and fails where a test wants it to. */
    void happen(String event) throws IommuException {
        events.add(event);
        switch (failing.get(event)) {
            case null -> {}
            case IommuException e -> throw e;
            case RuntimeException e -> throw e;
            case Exception e -> throw new IllegalArgumentException("a fake fails with " + e);
        }
    }

    void require(String device) throws IommuException {
        if (!devices.containsKey(device)) {
            throw new IommuException("find device " + device, "there are " + devices.keySet(), "choose one of them");
        }
    }

    IovaLimits limits(Collection<String> chosen) {
        return IovaLimits.intersect(4096, chosen.stream().map(name -> devices.get(name).limits()).toList());
    }

    FakeDevice device(String name, Supplier<Iterable<Mapping>> table) {
        Device device = devices.get(name);
        FakeDevice fake =
                new FakeDevice(device.host(), device.limits(), device.identity(), device.fault(), memory, table);
        opened.put(name, fake);
        return fake;
    }

    void closed(FakeSpace space) {
        spaces.remove(space.options().name());
    }

    @Override
    public AddressSpace open(SpaceOptions options) throws IommuException {
        if (!options.backend().equals("iommufd")) {
            throw new IommuException("open", "no backend '" + options.backend() + "', there are [iommufd]", "");
        }
        for (String policy : options.policies()) {
            if (!List.of("strict", "qemu", "house", FakeDrafts.DRAFT).contains(policy)) {
                throw new IommuException("open", "no policy '" + policy + "', there are [qemu, strict]", "");
            }
        }
        FakeSpace space = new FakeSpace(this, options);
        spaces.put(options.name(), space);
        return space;
    }

    @Override
    public List<AddressSpace> spaces() {
        return List.copyOf(spaces.values());
    }

    @Override
    public Optional<AddressSpace> space(String name) {
        return Optional.ofNullable(spaces.get(name));
    }

    @Override
    public List<HostDevice> devices(String backend) throws IommuException {
        if (!backend.equals("iommufd")) {
            throw new IommuException("list devices", "no backend '" + backend + "', there are [iommufd]", "");
        }
        return devices.values().stream()
                .map(Device::host)
                .filter(host -> !host.address().equals(pulled))
                .toList();
    }

    @Override
    public FlatView read(String source, Map<String, String> given) throws IommuException {
        happen("read " + source);
        settings = given;
        return guest;
    }

    @Override
    public List<FlatView> history(String source, Map<String, String> given) throws IommuException {
        happen("history " + source);
        settings = given;
        return history;
    }

    /** The read-only view of the same host. */
    public DmaRuntime runtime() {
        return new DmaRuntime() {
            @Override
            public List<SpaceSnapshot> spaces() {
                return spaces.values().stream().map(FakeSpace::snapshot).toList();
            }

            @Override
            public List<PluginInfo> plugins() {
                return List.of(
                        new PluginInfo("backend", "iommufd", "org.pinion.backend.iommufd 0.1.0",
                                PluginInfo.State.UNAVAILABLE, "no /dev/iommu"),
                        new PluginInfo("policy", "strict", "org.pinion.policy.strict 0.1.0",
                                PluginInfo.State.ACTIVE, ""));
            }

            @Override
            public String kernel() {
                return "emulated";
            }

            @Override
            public int release(String name) {
                return quarantined.remove(name) ? 1 : 0;
            }
        };
    }
}
