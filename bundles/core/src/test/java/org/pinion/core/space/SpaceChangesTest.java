package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.pinion.core.space.SpaceFixture.bar;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.withBar;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.core.table.Mappings;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** A change costs what it touches, and gives what the whole would give. */
class SpaceChangesTest {

    private static final int MANY = 200;

    private final SpaceFixture fixture = new SpaceFixture(
            device("d0", 4096, pages(20, 2)),
            device("coarse", 0x4000),
            withBar(device("bars", 4096), 4));
    private final Space space = fixture.space;
    private final FakeKernel kernel = fixture.kernel;

    private void commitMany() throws IommuException {
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            sections.add(rom(pages(2 * i, 1)));
        }
        space.commit(FlatView.of("many", sections));
        kernel.heal();
    }

    @Test
    void ofAChangeOnlyWhatShowsNewIsJudged() throws IommuException {
        commitMany();

        CommitReport report = space.commit(FlatViewChange.NONE.hide(pages(4, 1)).show(ram(pages(5, 1))));

        assertThat(fixture.judged).isEqualTo(1);
        assertThat(kernel.calls()).containsExactly("unmap " + pages(4, 1), "map " + pages(5, 1));
        assertThat(report.keptBytes()).isEqualTo((MANY - 1) * 4096);
        assertThat(space.snapshot().table()).isEqualTo(kernel.entries());
        assertThat(fixture.events).last().isEqualTo("CHANGED commit of a change");
    }

    @Test
    void aChangeThatDoesNotFitTheViewChangesNothing() throws IommuException {
        space.commit(FlatView.of("v", List.of(ram(pages(0, 4)))));
        long version = space.snapshot().version();

        assertThatExceptionOfType(IommuException.class)
                .isThrownBy(() -> space.commit(FlatViewChange.NONE.show(rom(pages(3, 2)))))
                .withMessageContaining("does not fit the flat view in force: 'ram' at 0x0-0x3fff (ram) overlaps 'rom'");
        assertThat(space.snapshot().version()).isEqualTo(version);
    }

    @Test
    void ofAnAttachOnlyWhatTheDeviceForbidsIsJudged() throws IommuException {
        commitMany();

        space.attach("d0");

        assertThat(fixture.judged).isEqualTo(1);
        assertThat(kernel.calls()).contains("unmap " + pages(20, 1)).noneMatch(call -> call.startsWith("map"));
        space.detach("d0");
        assertThat(fixture.judged).isEqualTo(1);
        assertThat(space.snapshot().table()).hasSize(MANY);
    }

    @Test
    void anotherAlignmentHasAllJudged() throws IommuException {
        commitMany();

        space.attach("coarse");

        assertThat(fixture.judged).isEqualTo(MANY);
        assertThat(space.snapshot().table()).isEmpty();
    }

    @Test
    void whatShowsADevicesMemoryIsJudgedWhenTheDeviceComesAndGoes() throws IommuException {
        commitMany();
        space.commit(FlatViewChange.NONE.show(bar(pages(1000, 4), "bars")));
        assertThat(space.snapshot().table()).hasSize(MANY);

        space.attach("bars");

        assertThat(fixture.judged).isEqualTo(1);
        assertThat(space.snapshot().table()).hasSize(MANY + 1);
        space.detach("bars");
        assertThat(fixture.judged).isEqualTo(1);
        assertThat(space.snapshot().table()).hasSize(MANY);
    }

    @Test
    void aPolicyThatLooksAtTheDevicesJudgesAllAtAnAttach() throws IommuException {
        fixture.policy = new MappingPolicy() {
            @Override
            public Verdict decide(Candidate candidate) {
                return candidate.planning().devices().isEmpty()
                        ? Verdict.skip("nobody", "no device is there")
                        : SpaceFixture.MAP_MEMORY.decide(candidate);
            }
        };
        commitMany();
        assertThat(space.snapshot().table()).isEmpty();

        space.attach("d0");

        assertThat(fixture.judged).isEqualTo(MANY);
        assertThat(space.snapshot().table()).hasSize(MANY - 1);
    }

    @Test
    void anotherPolicyJudgesAllAtTheNextChange() throws IommuException {
        commitMany();
        fixture.policy = _ -> Verdict.skip("nothing", "nothing is mapped any more");

        space.commit(FlatViewChange.NONE.show(rom(pages(1, 1))));

        assertThat(fixture.judged).isEqualTo(MANY + 1);
        assertThat(kernel.entries()).isEmpty();
    }

    @Test
    void aRefusedChangeChangesNothing() throws IommuException {
        commitMany();
        space.attach("d0");
        List<Mapping> before = space.snapshot().table();

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> space.commit(FlatViewChange.NONE.replace(ram(pages(20, 1)))))
                .withMessageContaining("section 'ram' overlaps it by 0x1000 bytes");
        assertThat(space.snapshot().table()).isEqualTo(before).isEqualTo(kernel.entries());
        assertThat(space.snapshot().plan().view().at(20 * 4096L).orElseThrow().name()).isEqualTo("rom");
    }

    @Test
    void aDegradedSpaceIsHealedByAChangeElsewhere() throws IommuException {
        commitMany();
        kernel.fail(FakeKernel.Fault.REFUSED, 1, Integer.MAX_VALUE);
        assertThatExceptionOfType(IommuException.class)
                .isThrownBy(() -> space.commit(FlatViewChange.NONE.hide(pages(4, 1)).show(ram(pages(5, 1)))));
        assertThat(space.snapshot().state()).isEqualTo(State.DEGRADED);
        kernel.heal();

        space.commit(FlatViewChange.NONE.show(ram(pages(101, 1))));

        assertThat(fixture.judged).isEqualTo(1);
        assertThat(space.snapshot().state()).isEqualTo(State.ACTIVE);
        assertThat(Mappings.joined(kernel.entries())).isEqualTo(Mappings.wantedBy(space.snapshot().plan()));
    }
}
