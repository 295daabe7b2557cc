package org.pinion.shell.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinion.api.FlatView;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;

class PlanJsonTest {

    @Test
    void theObjectHasExactlyTheDocumentedShape() throws IOException {
        assertThat(JSON.std.asString(PlanJson.of(PlanTextTest.report()))).isEqualTo("""
                {"addressSpace":"memory","policy":"qemu+strict","backend":"iommufd","kernel":"emulated",\
                "devices":["0000:00:10.0","a-mdev"],\
                "limits":{"usable":[{"start":"0x0","end":"0x3fff"},\
                {"start":"0x5000","end":"0xffffffffffffffff"}],"alignment":4096},\
                "mapped":[\
                {"start":"0x0","end":"0x3fff","access":"rw","route":"file","section":"pc.ram",\
                "traits":["gup-able","huge-page=2M"]},\
                {"start":"0x5000","end":"0x8fff","access":"r","route":"user","section":"pc.ram","traits":[]}],\
                "skipped":[\
                {"start":"0x4000","end":"0x4fff","section":"pc.ram","rule":"planner/reserved",\
                "reason":"reserved (msi) by 0000:00:10.0","traits":[],"outcome":"carve"},\
                {"start":"0xfed00000","end":"0xfed003ff","section":"hpet","rule":"strict/not-ram",\
                "reason":"it is not memory","traits":[],"outcome":"skip"}],\
                "refused":[\
                {"start":"0xfffffffffffff800","end":"0xffffffffffffffff","section":"edge","rule":"strict/sub-page",\
                "reason":"no whole page lies inside","remedy":"align it"}]}""");
    }

    @Test
    void onlyARefusedPlanHasRefusals() {
        Plan plan = new Plan(FlatView.EMPTY, IovaLimits.intersect(4096, List.of()), List.of("strict"), List.of());
        assertThat(PlanJson.of(new PlanReport("iommufd", "native", List.of(), plan)))
                .containsOnlyKeys(
                        "addressSpace", "policy", "backend", "kernel", "devices", "limits", "mapped", "skipped");
    }
}
