package org.pinion.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.memory.section.SectionClassifier;
import org.pinion.policy.strict.StrictPolicy;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.PolicyName;

/** A backend's bundle comes and goes under a space: no device notices, and writers wait no longer than they should. */
class BackendUpdateTest {

    private static final long SIZE = 16 * EmulatedHost.PAGE;

    private final EmulatedHost host = new EmulatedHost(2);
    private final Microkernel core = new Microkernel((Bundle) null, configuration(300));
    private final DmaServiceComponent service = new DmaServiceComponent(core);
    private EmulatedHost.Memory memory;
    private ServiceReference<IommuBackend> bundle;
    private String name;

    static CoreConfiguration configuration(long replacement) {
        return configuration(replacement, 10_000);
    }

    private static CoreConfiguration configuration(long replacement, long budget) {
        return (CoreConfiguration) Proxy.newProxyInstance(
                CoreConfiguration.class.getClassLoader(),
                new Class<?>[] {CoreConfiguration.class},
                (_, method, _) -> switch (method.getName()) {
                    case "replacement_wait" -> replacement;
                    case "plugin_budget" -> budget;
                    default -> 10_000L;
                });
    }

    @AfterEach
    void stop() {
        core.stop();
    }

    private AddressSpace open(String backend) throws Exception {
        name = backend;
        memory = host.memory(SIZE);
        Registered.classifier(
                core, new SectionClassifier(), Registered.updated(ClassifierName.PROPERTY, "section", "1.0.0"));
        Registered.policy(core, new StrictPolicy(), Registered.updated(PolicyName.PROPERTY, "strict", "1.0.0"));
        start("1.0.0");
        AddressSpace space = service.open(new SpaceOptions("guest", backend, List.of("strict")));
        space.commit(view(SIZE));
        return space;
    }

    private void start(String version) {
        bundle = Registered.updated(BackendType.PROPERTY, name, version);
        Registered.backend(core, host.backend(name), bundle);
    }

    private FlatView view(long bytes) {
        return FlatView.of("view", List.of(memory.at(0, 0, bytes)));
    }

    private void requireDma(AttachedDevice edu, long value) throws IommuException {
        memory.segment().set(ValueLayout.JAVA_LONG, 0x1000, value);
        EmulatedHost.copy(edu, 0x1000, 0x3000);
        assertThat(memory.segment().get(ValueLayout.JAVA_LONG, 0x3000)).isEqualTo(value);
    }

    private static IommuException failure(IommuCall call) {
        return catchThrowableOfType(IommuException.class, call::run);
    }

    private interface IommuCall {
        void run() throws IommuException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void theDeviceGoesOnThroughUpdatesAndTheTableIsTheSame(String backend) throws Exception {
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        SpaceSnapshot before = space.snapshot();
        for (int update = 0; update < 5; update++) {
            requireDma(edu, 0x1234_5678L + update);
            core.unbindBackend(bundle);
            assertThat(space.snapshot().backendAway()).startsWith("backend " + backend + " is being replaced");
            assertThat(space.snapshot().table()).isEqualTo(before.table());
            start("1.0." + update);
            await().until(() -> space.snapshot().backendAway().isEmpty());
        }
        requireDma(edu, 42);
        assertThat(space.snapshot().table()).isEqualTo(before.table());
        assertThat(space.snapshot().version()).isEqualTo(before.version());
        assertThat(space.commit(view(SIZE / 2)).unmapped()).isNotEmpty();
        space.attach(EmulatedHost.edu(1));
        space.detach(EmulatedHost.edu(0));
        assertThat(space.snapshot().state()).isEqualTo(State.ACTIVE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aWriterWaitsForTheSuccessorAndThenGoesOn(String backend) throws Exception {
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        core.unbindBackend(bundle);
        var commit = CompletableFuture.runAsync(() -> quietly(() -> space.commit(view(SIZE / 2))));
        var access = CompletableFuture.runAsync(() -> quietly(() -> requireDma(edu, 7)));
        assertThat(commit).isNotDone();
        start("2.0.0");
        commit.join();
        access.join();
        assertThat(space.snapshot().table().getFirst().range().size()).isEqualTo(SIZE / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void nobodyWaitsForABundleThatTurnsOutToBeUninstalled(String backend) throws Exception {
        core.configure(configuration(60_000));
        AddressSpace space = open(backend);
        core.unbindBackend(bundle);
        var commit = CompletableFuture.supplyAsync(() -> failure(() -> space.commit(view(SIZE / 2))));
        core.expected().bundleChanged(new BundleEvent(BundleEvent.UNINSTALLED, bundle.getBundle()));
        assertThat(commit.get(10, TimeUnit.SECONDS)).hasMessageContaining("its bundle was uninstalled");
        assertThat(space.snapshot().backendAway()).contains("is gone", "its bundle was uninstalled");
        start("2.0.0");
        space.commit(view(SIZE / 2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKernelServiceThatIsExchangedIsNamedAtOnceAndTheSpaceCanOnlyBeClosed(boolean seenFirst) throws Exception {
        core.configure(configuration(60_000));
        int descriptors = nextDescriptor();
        AddressSpace space = open("iommufd");
        ServiceEvent leaving = new ServiceEvent(
                ServiceEvent.UNREGISTERING, Registered.updated(KernelWatch.TYPE, "emulated", "1.0.0"));
        if (seenFirst) {
            core.kernels().serviceChanged(leaving);
        }
        core.unbindBackend(bundle);
        if (!seenFirst) {
            core.kernels().serviceChanged(leaving);
        }
        String told = "the emulated Kernel service of bundle org.plugin 1.0.0 left: it must not be exchanged while";
        assertThat(space.snapshot().backendAway()).contains("is gone", told);
        assertThat(failure(() -> space.commit(view(SIZE / 2)))).hasMessageContaining(told);
        bundle = Registered.updated(BackendType.PROPERTY, name, "1.0.0");
        Registered.backend(core, new EmulatedHost(1).backend(name), bundle);
        assertThat(space.snapshot().backendAway()).contains("its descriptors belong to another Kernel service");
        assertThat(space.snapshot().table()).hasSize(1);
        space.close();
        host.kernel.close(memory.backing().fd());
        assertThat(nextDescriptor()).isEqualTo(descriptors);
    }

    @Test
    void plansDoNotWaitForAClassifierWhoseBundleTurnsOutToBeUninstalled() throws Exception {
        core.configure(configuration(60_000));
        AddressSpace space = open("iommufd");
        ServiceReference<MemoryClassifier> odd = Registered.updated(ClassifierName.PROPERTY, "upper", "1.0.0");
        Registered.classifier(core, _ -> List.of(), odd);
        core.unbindClassifier(odd);
        var commit = CompletableFuture.supplyAsync(() -> failure(() -> space.commit(view(SIZE / 2))));
        core.expected().bundleChanged(new BundleEvent(BundleEvent.UNINSTALLED, odd.getBundle()));
        assertThat(commit.get(10, TimeUnit.SECONDS)).isNull();
        assertThat(space.snapshot().table().getFirst().range().size()).isEqualTo(SIZE / 2);
    }

    @Test
    void aBundleThatHasStartedAgainIsNotGoneIfItIsUninstalledLater() throws Exception {
        AddressSpace space = open("vfio");
        ServiceReference<IommuBackend> first = bundle;
        core.unbindBackend(first);
        core.expected().bundleChanged(new BundleEvent(BundleEvent.STARTED, first.getBundle()));
        core.expected().bundleChanged(new BundleEvent(BundleEvent.UNINSTALLED, first.getBundle()));
        assertThat(space.snapshot().backendAway()).contains("is being replaced");
    }

    private static void quietly(IommuCall call) {
        try {
            call.run();
        } catch (IommuException failure) {
            throw new CompletionException(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aBackendThatDoesNotComeBackIsNamedAndTheSpaceClosesCleanly(String backend) throws Exception {
        int descriptors = nextDescriptor();
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        core.unbindBackend(bundle);
        assertThat(failure(() -> space.commit(view(SIZE / 2))))
                .hasMessageContaining("backend " + backend + " is being replaced")
                .hasMessageContaining("org.plugin 1.0.0 left");
        assertThat(failure(() -> requireDma(edu, 1))).hasMessageContaining("is being replaced");
        assertThat(space.snapshot().table()).hasSize(1);
        space.close();
        assertThat(failure(() -> requireDma(edu, 1))).hasMessageContaining("not attached any more");
        host.kernel.close(memory.backing().fd());
        assertThat(nextDescriptor()).isEqualTo(descriptors);
    }

    /** The kernel gives out the least descriptor that is free. */
    private int nextDescriptor() {
        int fd = host.kernel.eventfd(0, 0);
        host.kernel.close(fd);
        return fd;
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aBackendThatWasStoppedOnPurposeIsNotWaitedFor(String backend) throws Exception {
        AddressSpace space = open(backend);
        core.unbindBackend(bundle);
        start("1.0.1");
        await().until(() -> space.snapshot().backendAway().isEmpty());
        ServiceReference<IommuBackend> stopped = Registered.stopped(BackendType.PROPERTY, backend, "3.0.0");
        Registered.backend(core, host.backend(backend), stopped);
        core.unbindBackend(bundle);
        assertThat(space.snapshot().backendAway()).isEmpty();
        core.unbindBackend(stopped);
        assertThat(failure(() -> space.commit(view(SIZE / 2))))
                .hasMessageContaining("the backend of address space 'guest' is gone")
                .hasMessageContaining("org.plugin 3.0.0 left");
        start("1.0.2");
        await().untilAsserted(() -> space.commit(view(SIZE / 2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void twoInstancesPassASpaceOnWhenTold(String backend) throws Exception {
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        ServiceReference<IommuBackend> first = bundle;
        start("2.0.0");
        core.spaces().backends().adopt("guest");
        requireDma(edu, 9);
        core.unbindBackend(bundle);
        requireDma(edu, 10);
        core.unbindBackend(first);
        assertThat(failure(() -> space.commit(view(SIZE / 2)))).hasMessageContaining("org.plugin 1.0.0 left");
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aSuccessorThatTakesNoSuchVersionIsRefusedBeforeAnybodyLetsGo(String backend) throws Exception {
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        ServiceReference<IommuBackend> future = Registered.updated(BackendType.PROPERTY, backend, "9.0.0");
        ServiceReference<IommuBackend> first = bundle;
        core.unbindBackend(first);
        Registered.backend(core, ofTheFuture(backend), future);
        await().until(() -> space.snapshot().backendAway().contains("takes [7]"));
        assertThatThrownBy(() -> core.spaces().backends().adopt("guest"))
                .hasMessageContaining("it was handed over in version ")
                .hasMessageContaining("and backend '" + backend + "' of bundle org.plugin 9.0.0 takes [7]");
        start("1.0.1");
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma(edu, 11);
        // Both are there now: the one of the future is asked first, and refused before the other lets go.
        assertThat(failure(() -> core.spaces().backends().adopt("guest"))).hasMessageContaining("takes [7]");
        assertThat(space.snapshot().backendAway()).isEmpty();
        requireDma(edu, 12);
        core.unbindBackend(bundle);
        assertThat(space.snapshot().backendAway()).contains("takes [7]");
        start("1.0.2");
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma(edu, 13);
    }

    private IommuBackend ofTheFuture(String backend) {
        IommuBackend real = host.backend(backend);
        return (IommuBackend) Proxy.newProxyInstance(
                IommuBackend.class.getClassLoader(),
                new Class<?>[] {IommuBackend.class},
                (_, method, arguments) -> method.getName().equals("adopts")
                        ? Set.of(7)
                        : IommuBackend.class.getMethod(method.getName(), method.getParameterTypes())
                                .invoke(real, arguments));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aSuccessorThatFailsLeavesEverythingToAnother(String backend) throws Exception {
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        core.unbindBackend(bundle);
        ServiceReference<IommuBackend> sick = Registered.updated(BackendType.PROPERTY, backend, "2.0.0");
        Registered.backend(core, failing(backend), sick);
        await().until(() -> space.snapshot().backendAway().contains("told to fail"));
        core.unbindBackend(sick);
        start("2.0.1");
        await().until(() -> space.snapshot().backendAway().isEmpty());
        requireDma(edu, 13);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iommufd", "vfio"})
    void aSuccessorThatNeverAnswersHoldsNobodyUp(String backend) throws Exception {
        core.configure(configuration(300, 200));
        AddressSpace space = open(backend);
        AttachedDevice edu = space.attach(EmulatedHost.edu(0));
        core.unbindBackend(bundle);
        ServiceReference<IommuBackend> stuck = Registered.updated(BackendType.PROPERTY, backend, "2.0.0");
        CountDownLatch never = new CountDownLatch(1);
        Registered.backend(core, adopting(backend, () -> {
            never.await();
            return null;
        }), stuck);
        assertThat(space.snapshot().backendAway()).contains("org.plugin 2.0.0", "did not answer within 200 ms");
        core.unbindBackend(stuck);
        start("2.0.1");
        requireDma(edu, 13);
        never.countDown();
    }

    private IommuBackend failing(String backend) {
        return adopting(backend, () -> {
            throw new NoClassDefFoundError("told to fail");
        });
    }

    private IommuBackend adopting(String backend, Callable<BackendSession> adoption) {
        IommuBackend real = host.backend(backend);
        return new IommuBackend() {
            @Override
            public Availability probe() {
                return real.probe();
            }

            @Override
            public List<HostDevice> devices() throws IommuException {
                return real.devices();
            }

            @Override
            public BackendSession open(String space) throws IommuException {
                return real.open(space);
            }

            @Override
            public Set<Integer> adopts() {
                return real.adopts();
            }

            @Override
            public BackendSession adopt(String space, HandOver handOver) throws IommuException {
                try {
                    return adoption.call();
                } catch (IommuException | RuntimeException failure) {
                    throw failure;
                } catch (Exception interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
        };
    }
}
