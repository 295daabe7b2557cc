package org.pinion.lab;

import java.util.ArrayList;
import java.util.List;

/** All tests. */
final class Catalogue {

    private Catalogue() {}

    static List<AcceptanceTest> of(List<String> backends) {
        List<AcceptanceTest> tests = new ArrayList<>();
        for (String backend : backends) {
            tests.addAll(DmaTests.on(backend));
            tests.addAll(OrderTests.on(backend));
            tests.addAll(LawTests.on(backend));
            tests.addAll(CauseTests.on(backend));
            tests.addAll(VmaTests.on(backend));
            tests.addAll(KernelTests.on(backend));
            tests.addAll(CrashTests.on(backend));
            tests.addAll(CommandTests.on(backend));
            tests.addAll(BackendTests.on(backend));
            tests.addAll(ApartTests.on(backend));
            tests.addAll(PeerTests.on(backend));
            tests.addAll(BufferTests.on(backend));
            tests.addAll(RegionTests.on(backend));
            tests.addAll(InterruptTests.on(backend));
            tests.addAll(ResetTests.on(backend));
            tests.addAll(SwapTests.on(backend));
            tests.addAll(ContractTests.on(backend));
            tests.addAll(MoveTests.on(backend));
            tests.addAll(RestartTests.on(backend));
        }
        tests.addAll(DoctorTests.all());
        tests.addAll(VdpaTests.all());
        tests.addAll(VdpaSwapTests.all());
        tests.add(ContractTests.onVdpa());
        return List.copyOf(tests);
    }
}
