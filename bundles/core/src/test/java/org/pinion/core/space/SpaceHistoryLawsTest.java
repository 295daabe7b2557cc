package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.space.SpaceFixture.bar;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.withBar;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.DeviceLimits;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot;
import org.pinion.core.table.Mappings;

/** Whatever was committed, attached and detached before, and in whatever order: the same ends are the same. */
class SpaceHistoryLawsTest {

    private static final List<String> DEVICES = List.of("d0", "d1", "d2", "d3");

    @Property(tries = 300)
    void everyHistoryWithTheSameEndEndsInTheSameState(@ForAll long seed) throws IommuException {
        Random random = new Random(seed);
        DeviceLimits[] host = host(random);
        FlatView last = randomView(random);
        Set<String> attached = new TreeSet<>(DEVICES.subList(0, random.nextInt(5)));

        SpaceFixture direct = new SpaceFixture(host);
        for (String device : attached) {
            direct.space.attach(device);
        }
        direct.space.commit(last);
        SpaceFixture wandering = new SpaceFixture(host);
        Map<String, AttachedDevice> drivers = new HashMap<>();
        wander(wandering.space, drivers, random);
        arrive(wandering.space, drivers, last, attached, random);

        assertSame(wandering.space.snapshot(), direct.space.snapshot());
        assertThat(Mappings.joined(wandering.kernel.entries()))
                .isEqualTo(wandering.space.snapshot().table());
        assertThat(wandering.kernel.alive()).isEqualTo(wandering.kernel.entries());
    }

    private static void assertSame(SpaceSnapshot a, SpaceSnapshot b) {
        assertThat(a.table()).isEqualTo(b.table());
        assertThat(a.plan()).isEqualTo(b.plan());
        assertThat(a.devices()).isEqualTo(b.devices());
        assertThat(a.state()).isEqualTo(b.state());
        assertThat(a.missing()).isEmpty();
    }

    /** Does this and that; no view and no device made here leads to a refusal. */
    private static void wander(Space space, Map<String, AttachedDevice> drivers, Random random)
            throws IommuException {
        for (int step = random.nextInt(16); step > 0; step--) {
            String device = DEVICES.get(random.nextInt(DEVICES.size()));
            if (random.nextInt(3) == 0) {
                commit(space, randomView(random), random);
            } else if (!attached(space).contains(device)) {
                drivers.put(device, space.attach(device));
            } else if (random.nextBoolean()) {
                space.detach(device);
            } else {
                drive(drivers.get(device), random.nextInt(3));
            }
        }
    }

    /** Commits a view as a whole, or what it takes to come from the view in force to it, in one or two changes. */
    private static void commit(Space space, FlatView view, Random random) throws IommuException {
        if (random.nextInt(3) == 0 || !space.snapshot().plan().view().name().equals(view.name())) {
            space.commit(view);
            return;
        }
        FlatViewChange hide = FlatViewChange.NONE;
        for (Section old : space.snapshot().plan().view().sections()) {
            hide = view.at(old.range().start()).filter(old::equals).isPresent() ? hide : hide.hide(old.range());
        }
        FlatViewChange show = FlatViewChange.NONE;
        for (Section section : view.sections()) {
            Optional<Section> before = space.snapshot().plan().view().at(section.range().start());
            show = before.filter(section::equals).isPresent() ? show : show.show(section);
        }
        if (random.nextBoolean()) {
            space.commit(new FlatViewChange(hide.hidden(), show.shown()));
        } else {
            space.commit(hide);
            space.commit(show);
        }
        assertThat(space.snapshot().plan().view()).isEqualTo(view);
    }

    private static void drive(AttachedDevice device, int what) throws IommuException {
        if (what < 2) {
            device.write(FakeDevice.COMMAND, 0, MemorySegment.ofArray(new byte[] {(byte) what}));
        } else {
            device.reset();
        }
    }

    /** Makes the last view and the last set of devices so, in a random order. */
    private static void arrive(
            Space space, Map<String, AttachedDevice> drivers, FlatView last, Set<String> wanted, Random random)
            throws IommuException {
        List<String> steps = new ArrayList<>(DEVICES);
        steps.add("commit");
        Collections.shuffle(steps, random);
        for (String step : steps) {
            if (step.equals("commit")) {
                commit(space, last, random);
            } else if (attached(space).contains(step) && !wanted.contains(step)) {
                space.detach(step);
            } else if (!attached(space).contains(step) && wanted.contains(step)) {
                space.attach(step);
            } else if (wanted.contains(step)) {
                drive(drivers.get(step), 1);
            }
        }
    }

    private static List<String> attached(Space space) {
        return space.snapshot().devices().stream().map(HostDevice::address).toList();
    }

    private static DeviceLimits[] host(Random random) {
        return DEVICES.stream()
                .map(name -> {
                    AddressRange reserved = pages(128 + random.nextInt(64), 1 + random.nextInt(4));
                    return withBar(device(name, 4096L << random.nextInt(3), reserved), 1 + random.nextInt(16));
                })
                .toArray(DeviceLimits[]::new);
    }

    /**
     * RAM below, where no device reserves anything, and ROM above: what is optional is carved, what is not is not hit.
     */
    private static FlatView randomView(Random random) {
        List<Section> sections = new ArrayList<>();
        long page = 0;
        while (page < 192) {
            page += random.nextInt(6);
            int count = 1 + random.nextInt(24);
            boolean below = page + count <= 128;
            sections.add(below && random.nextBoolean() ? ram(pages(page, count)) : rom(pages(page, count)));
            page += count;
        }
        for (int i = 0; i < DEVICES.size(); i++) {
            if (random.nextBoolean()) {
                sections.add(bar(pages(256 + 16 * i, 1 + random.nextInt(16)), DEVICES.get(i)));
            }
        }
        return FlatView.of("view", sections);
    }
}
