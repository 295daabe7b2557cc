package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DirtyLog;
import org.pinion.api.DmaTopics;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/**
 * Methods of every kind of plugin break their promises in every way: whoever needed the answer is told who it was,
 * within bounded time, the failure is counted, and all goes on when the plugin is well again.
 */
@Timeout(60)
class SickPluginsTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;
    private static final String BACKEND = "vfio";
    private static final String EDU = EmulatedHost.edu(0);

    private final EmulatedHost host = new EmulatedHost(1);
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Microkernel core = new Microkernel((Bundle) null, configuration());
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private final DmaRuntimeComponent runtime = new DmaRuntimeComponent(core);
    private final Sick sick = new Sick();
    private EmulatedHost.Memory memory;
    private ServiceReference<IommuBackend> backend;

    private static CoreConfiguration configuration() {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> method.getName().endsWith("budget") ? 200L : 500L);
    }

    @BeforeEach
    void bind() throws Exception {
        memory = host.memory(SIZE);
        core.bindEventAdmin((EventAdmin) Proxy.newProxyInstance(
                EventAdmin.class.getClassLoader(), new Class<?>[] {EventAdmin.class}, (_, _, arguments) -> {
                    events.add((Event) arguments[0]);
                    return null;
                }));
        core.bindEventHandler(Registered.updated(EventConstants.EVENT_TOPIC, DmaTopics.ALL, "1.0.0"));
        bindBackend();
        Registered.classifier(
                core,
                sick.of(MemoryClassifier.class, new SectionClassifier()),
                Registered.updated(ClassifierName.PROPERTY, "section", "6.6.6"));
        Registered.policy(
                core,
                sick.of(MappingPolicy.class, new StrictPolicy()),
                Registered.updated(PolicyName.PROPERTY, "strict", "6.6.6"));
        Registered.source(
                core,
                sick.of(MemorySource.class, _ -> view(SIZE)),
                Registered.updated(SourceType.PROPERTY, "file", "6.6.6"));
    }

    private void bindBackend() {
        backend = Registered.updated(BackendType.PROPERTY, BACKEND, "6.6.6");
        Registered.backend(core, sick.of(IommuBackend.class, host.backend(BACKEND)), backend);
    }

    @AfterEach
    void stop() {
        sick.recover();
        core.stop();
    }

    private AddressSpace open(String name) throws IommuException {
        return service.open(new SpaceOptions(name, BACKEND, List.of("strict")));
    }

    private FlatView view(long bytes) {
        return FlatView.of("view", List.of(memory.at(0, 0, bytes)));
    }

    private static Stream<Arguments> sicknesses(Class<?> type, List<Complaint> complaints, String... methods) {
        return Stream.of(methods).flatMap(method -> complaints.stream()
                .filter(complaint -> complaint.fits(type, method))
                .map(complaint -> Arguments.of(method, complaint)));
    }

    private static final List<Complaint> ALL = List.of(Complaint.values());
    private static final List<Complaint> ALL_THAT_END =
            ALL.stream().filter(complaint -> complaint != Complaint.NEVER_ANSWERS).toList();

    /** What somebody does who needs a plugin. */
    private interface Need {
        void run() throws Exception;
    }

    private static void told(Need need, Complaint complaint) {
        assertThat(catchThrowable(need::run))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("of bundle org.plugin 6.6.6 " + complaint.symptom());
    }

    /** A failure may or may not keep somebody from something, but nothing else ever comes out. */
    private static void perhaps(Need need) {
        Throwable thrown = catchThrowable(need::run);
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(IommuException.class);
        }
    }

    private void requireCounted(String kind, Complaint complaint) {
        assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.PLUGIN_FAILED))
                .isNotEmpty()
                .allSatisfy(event -> {
                    assertThat(event.getProperty(DmaTopics.KIND)).isEqualTo(kind);
                    assertThat(event.getProperty(DmaTopics.BUNDLE)).isEqualTo("org.plugin 6.6.6");
                    assertThat((String) event.getProperty(DmaTopics.REASON)).contains(complaint.symptom());
                });
    }

    private void requireQuarantined(String kind, Complaint complaint) {
        await().untilAsserted(() -> assertThat(runtime.plugins())
                .filteredOn(plugin -> plugin.kind().equals(kind))
                .last()
                .satisfies(plugin -> {
                    assertThat(plugin.state()).isEqualTo(PluginInfo.State.QUARANTINED);
                    assertThat(plugin.bundle()).isEqualTo("org.plugin 6.6.6");
                    assertThat(plugin.detail()).contains(complaint.symptom());
                }));
        requireCounted(kind, complaint);
    }

    static Stream<Arguments> backends() {
        return sicknesses(IommuBackend.class, ALL, "probe", "devices", "open", "adopts", "adopt");
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aSickBackendIsQuarantinedAndGoesOnWhenItIsReleased(String method, Complaint complaint) throws Exception {
        AddressSpace space = open("first");
        space.commit(view(SIZE));
        sick.falls(method, complaint);
        for (int time = 0; time < 3; time++) {
            switch (method) {
                case "devices" -> told(() -> service.devices(BACKEND), complaint);
                case "probe", "open" -> told(() -> open("another"), complaint);
                default -> {
                    if (time == 0) {
                        core.unbindBackend(backend);
                        bindBackend();
                    }
                    perhaps(() -> service.adopt("first"));
                }
            }
        }
        requireQuarantined("backend", complaint);
        assertThat(space.snapshot().table()).hasSize(1);
        sick.recover();
        assertThat(runtime.release(BACKEND)).isEqualTo(1);
        space.commit(view(SIZE / 2));
        open("another").close();
        space.close();
    }

    static Stream<Arguments> sessions() {
        return Stream.concat(
                sicknesses(
                        BackendSession.class, ALL_THAT_END, "preflight", "attach", "detach", "usable", "map", "unmap",
                        "pins", "startDirtyTracking", "takeDirty", "stopDirtyTracking", "budget", "ledger", "attached"),
                sicknesses(BackendSession.class, ALL, "capabilities", "handsOver", "handOver"));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void aSickSessionFailsWhatNeedsItAndTheSpaceGoesOnAfterIt(String method, Complaint complaint) throws Exception {
        AddressSpace space = open("first");
        sick.falls(method, complaint);
        perhaps(() -> open("another").close());
        perhaps(() -> space.attach(EDU));
        perhaps(() -> space.commit(view(SIZE)));
        perhaps(() -> space.commit(view(SIZE / 2)));
        perhaps(() -> logged(space));
        core.unbindBackend(backend);
        bindBackend();
        perhaps(() -> space.detach(EDU));
        perhaps(() -> space.commit(FlatView.EMPTY));
        requireCounted("backend", complaint);

        sick.recover();
        if (runtime.release(BACKEND) == 0 && !space.snapshot().backendAway().isEmpty()) {
            await().untilAsserted(() -> service.adopt("first"));
        }
        space.commit(view(SIZE));
        assertThat(space.snapshot().table()).hasSize(1);
        space.close();
    }

    private static void logged(AddressSpace space) throws Exception {
        try (DirtyLog log = space.logDirtyPages()) {
            log.take(AddressRange.ofSize(0, SIZE), EmulatedHost.PAGE);
        }
    }

    @Test
    void aSickHandleFailsTheDriverThatNeedsItAndIsCounted() throws Exception {
        AddressSpace space = open("first");
        AttachedDevice edu = space.attach(EDU);
        for (Complaint complaint : ALL_THAT_END) {
            events.clear();
            sick.falls(complaint.fits(DeviceHandle.class, "read") ? "read" : "region", complaint);
            told(() -> {
                edu.read(0, 0, MemorySegment.ofArray(new byte[4]));
                edu.region(0);
            }, complaint);
            requireCounted("backend", complaint);
        }
        sick.recover();
        edu.read(0, 0, MemorySegment.ofArray(new byte[4]));
    }

    @Test
    void whoWaitsForASessionThatHangsInTheKernelIsToldWhatIsGoingOn() throws Exception {
        AddressSpace space = open("first");
        sick.falls("map", Complaint.NEVER_ANSWERS);
        var hanging = CompletableFuture.runAsync(() -> perhaps(() -> space.commit(view(SIZE))));
        await().untilAsserted(() -> assertThat(catchThrowable(() -> space.commit(view(SIZE / 2))))
                .hasMessageContaining("address space 'first' is busy: 'commit of 'view'' has been running for"));
        sick.recover();
        hanging.join();
        space.commit(view(SIZE));
    }

    @Test
    void whatIsHandedOverTooLateIsNotLost() throws Exception {
        AddressSpace space = open("first");
        AttachedDevice edu = space.attach(EDU);
        space.commit(view(SIZE));
        CountDownLatch slow = new CountDownLatch(1);
        core.unbindBackend(backend);
        backend = Registered.updated(BackendType.PROPERTY, BACKEND, "6.6.6");
        Registered.backend(core, slowlyHandingOver(slow), backend);
        core.unbindBackend(backend);
        assertThat(space.snapshot().backendAway()).contains("is gone", "did not answer within 200 ms");
        bindBackend();
        slow.countDown();
        await().untilAsserted(() -> service.adopt("first"));
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        space.commit(view(SIZE / 2));
        space.close();
    }

    private IommuBackend slowlyHandingOver(CountDownLatch until) {
        IommuBackend real = host.backend(BACKEND);
        return (IommuBackend) Proxy.newProxyInstance(
                IommuBackend.class.getClassLoader(), new Class<?>[] {IommuBackend.class}, (_, method, arguments) -> {
                    Object answer = method.invoke(real, arguments);
                    return answer instanceof BackendSession session ? slow(session, until) : answer;
                });
    }

    private static Object slow(BackendSession session, CountDownLatch until) {
        Class<?>[] type = {BackendSession.class};
        return Proxy.newProxyInstance(BackendSession.class.getClassLoader(), type, (_, method, arguments) -> {
            if (method.getName().equals("handOver")) {
                Complaint.awaitDeafly(until);
            }
            return method.invoke(session, arguments);
        });
    }

    @Test
    void whatIsOpenedTooLateIsClosedAgain() throws Exception {
        int descriptors = nextDescriptor();
        CountDownLatch slow = new CountDownLatch(1);
        IommuBackend real = host.backend("iommufd");
        Registered.backend(core, (IommuBackend) Proxy.newProxyInstance(
                IommuBackend.class.getClassLoader(), new Class<?>[] {IommuBackend.class}, (_, method, arguments) -> {
                    Object answer = method.invoke(real, arguments);
                    if (method.getName().equals("open")) {
                        Complaint.awaitDeafly(slow);
                    }
                    return answer;
                }), Registered.updated(BackendType.PROPERTY, "iommufd", "6.6.6"));
        told(() -> service.open(new SpaceOptions("late", "iommufd", List.of("strict"))), Complaint.NEVER_ANSWERS);
        await().untilAsserted(() -> assertThat(nextDescriptor()).isNotEqualTo(descriptors));
        slow.countDown();
        await().untilAsserted(() -> assertThat(nextDescriptor()).isEqualTo(descriptors));
    }

    /** The kernel gives out the least descriptor that is free. */
    private int nextDescriptor() {
        int fd = host.kernel.eventfd(0, 0);
        host.kernel.close(fd);
        return fd;
    }

    @Test
    void aKernelServiceThatLeavesUnderASpaceIsAnEventOfTheSpace() throws Exception {
        AddressSpace space = open("first");
        core.kernels().serviceChanged(new ServiceEvent(
                ServiceEvent.UNREGISTERING, Registered.updated(KernelWatch.TYPE, "emulated", "1.0.0")));
        String told = "the emulated Kernel service of bundle org.plugin 1.0.0 left: it must not be exchanged while"
                + " address spaces are open; close them and open them again";
        assertThat(events)
                .filteredOn(event -> event.getTopic().equals(DmaTopics.SPACE_HELD))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getProperty(DmaTopics.SPACE)).isEqualTo("first");
                    assertThat(event.getProperty(DmaTopics.REASON)).isEqualTo(told);
                });
        space.close();
    }

    static Stream<Arguments> judges() {
        return Stream.concat(
                sicknesses(MemoryClassifier.class, ALL, "classify"),
                sicknesses(MappingPolicy.class, ALL, "decide", "looksAtDevices"));
    }

    @ParameterizedTest
    @MethodSource("judges")
    void aSickClassifierOrPolicyChangesNothingAndIsQuarantined(String method, Complaint complaint) throws Exception {
        AddressSpace space = open("first");
        space.commit(view(SIZE));
        sick.falls(method, complaint);
        for (int time = 0; time < 3; time++) {
            told(() -> {
                if (method.equals("looksAtDevices")) {
                    space.attach(EDU);
                }
                space.commit(view(SIZE / 2));
            }, complaint);
        }
        boolean classifies = method.equals("classify");
        requireQuarantined(classifies ? "classifier" : "policy", complaint);
        sick.recover();
        assertThat(runtime.release(classifies ? "section" : "strict")).isEqualTo(1);
        await().untilAsserted(() -> assertThat(space.commit(view(SIZE / 2)).plan().mapped()).hasSize(1));
    }

    static Stream<Arguments> trials() {
        return Stream.concat(judges(), sicknesses(MappingPolicy.class, ALL, "conflict"));
    }

    @ParameterizedTest
    @MethodSource("trials")
    void oneThatArrivesSickIsQuarantinedAtOnce(String method, Complaint complaint) {
        sick.falls(method, complaint);
        boolean classifies = method.equals("classify");
        if (classifies) {
            Registered.classifier(
                    core,
                    sick.of(MemoryClassifier.class, new SectionClassifier()),
                    Registered.updated(ClassifierName.PROPERTY, "zzz", "6.6.6"));
        } else {
            Registered.policy(
                    core,
                    sick.of(MappingPolicy.class, new StrictPolicy()),
                    Registered.updated(PolicyName.PROPERTY, "zzz", "6.6.6"));
        }
        requireQuarantined(classifies ? "classifier" : "policy", complaint);
    }

    static Stream<Arguments> sources() {
        return sicknesses(MemorySource.class, ALL, "read", "history");
    }

    @ParameterizedTest
    @MethodSource("sources")
    void aSickSourceIsQuarantinedAndReadAgainWhenItIsReleased(String method, Complaint complaint) throws Exception {
        sick.falls(method, complaint);
        for (int time = 0; time < 3; time++) {
            told(() -> {
                service.history("file", Map.of());
                service.read("file", Map.of());
            }, complaint);
        }
        requireQuarantined("source", complaint);
        assertThat(catchThrowableOfType(IommuException.class, () -> service.read("file", Map.of())))
                .hasMessageContaining("source 'file' is quarantined (source 'file' of bundle org.plugin 6.6.6");
        sick.recover();
        assertThat(runtime.release("file")).isEqualTo(1);
        assertThat(service.read("file", Map.of()).sections()).hasSize(1);
    }

    static Stream<Arguments> contradictions() {
        AddressRange all = AddressRange.ofSize(0, SIZE);
        AddressRange elsewhere = AddressRange.ofSize(1L << 40, SIZE);
        return Stream.of(
                Arguments.of(
                        List.of(Trait.of(all, Traits.DEVICE_MEMORY, "a"), Trait.of(all, Traits.GUP_ABLE, "b")),
                        "is said to be gup-able by 'odd' (b) and device-memory by 'odd' (a), which cannot both be"),
                Arguments.of(
                        List.of(Trait.of(all, Traits.UNBACKED, "a"), Trait.of(all, Traits.GUP_ABLE, "b")),
                        "is said to be gup-able by 'odd' (b) and unbacked by 'odd' (a), which cannot both be"),
                Arguments.of(List.of(huge(all, "2M"), huge(all, "1G")), "which cannot both be"),
                Arguments.of(List.of(huge(all, "4M")), "and huge-page=2M by 'sizes' (measured), which cannot both be"),
                Arguments.of(List.of(huge(all, "3M")), "said huge-page=3M about 0x0-0xffff: pages have a size such"),
                Arguments.of(List.of(huge(all, "")), "said huge-page about 0x0-0xffff: pages have a size such as 2M"),
                Arguments.of(
                        List.of(Trait.of(elsewhere, "odd", "x")),
                        "said odd about 0x10000000000-0x1000000ffff, which it was not asked about"));
    }

    private static Trait huge(AddressRange range, String size) {
        return new Trait(range, Traits.HUGE_PAGE, size, "measured", "");
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void whatCannotBeIsRefusedAndCountedAgainstWhoCameLast(List<Trait> said, String sentence) throws Exception {
        Registered.classifier(
                core,
                sections -> sections.stream().map(section -> huge(section.range(), "2M")).toList(),
                Registered.updated(ClassifierName.PROPERTY, "sizes", "1.0.0"));
        AddressSpace space = open("first");
        space.commit(view(SIZE));
        Registered.classifier(
                core,
                sections -> sections.stream().anyMatch(section -> section.name().equals("ram")) ? said : List.of(),
                Registered.updated(ClassifierName.PROPERTY, "odd", "6.6.6"));
        await().untilAsserted(() -> {
            perhaps(() -> space.commit(view(SIZE)));
            assertThat(runtime.plugins())
                    .filteredOn(plugin -> plugin.name().equals("odd"))
                    .singleElement()
                    .satisfies(plugin -> {
                        assertThat(plugin.state()).isEqualTo(PluginInfo.State.QUARANTINED);
                        assertThat(plugin.detail()).startsWith("failed 3 times in a row").contains(sentence);
                    });
        });
        assertThat(runtime.plugins())
                .filteredOn(plugin -> plugin.state() == PluginInfo.State.QUARANTINED)
                .extracting(PluginInfo::name)
                .containsExactly("odd");
        assertThat(space.commit(view(SIZE)).plan().mapped()).hasSize(1);
    }
}
