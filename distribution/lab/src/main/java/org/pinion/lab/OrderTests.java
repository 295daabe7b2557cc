package org.pinion.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.FlatView;
import org.pinion.api.HostMemory;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.linux.Errno;

/**
 * Memory that one device excludes and another does not, and both devices, in every order. The kernel's own interfaces
 * take a mapping over the MSI window while there is only the mdev, and then fail to attach the edu.
 */
final class OrderTests {

    private static final long MIB = 1 << 20;
    private static final AddressRange LOW = AddressRange.ofSize(0, MIB);
    private static final AddressRange AROUND_MSI = AddressRange.ofSize(0xfed8_0000L, 2 * MIB);
    private static final AddressRange MSI = AddressRange.ofSize(0xfee0_0000L, MIB);
    private static final AddressRange FAR = AddressRange.ofSize(1L << 39, MIB);
    private static final AddressRange NOWHERE = AddressRange.ofSize(0x4000_0000L, MIB);
    private static final long BAD_ADDRESS = 0x1000;

    /** What is done to a space; the order is what the tests vary. */
    private enum Step { COMMIT, MDEV, EDU }

    private record Result(List<Decision> decisions, List<Mapping> table) {}

    private OrderTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "order-strict",
                        "commit, mdev and edu in all six orders: the same table, the same reasons, no failed attach",
                        (lab, name) -> sameResult(lab, name, "strict")),
                AcceptanceTest.on(backend, "order-qemu", "the same with the policy qemu",
                        (lab, name) -> sameResult(lab, name, "qemu")),
                AcceptanceTest.on(backend, "order-refused",
                        "RAM over the MSI window: refused in all six orders for the same reason, nothing changed",
                        OrderTests::sameRefusal));
    }

    private static void sameResult(Lab lab, String backend, String policy) throws Exception {
        try (HostMemory memory = lab.memory(4 * MIB); KernelTap tap = KernelTap.on(lab, backend)) {
            FlatView view = view(memory, policy);
            Set<Result> results = new HashSet<>();
            for (List<Step> order : orders()) {
                results.add(result(lab, backend, policy, view, order));
                nothingFailed(order, tap.heard(), questions(lab));
                Expect.that(results.size() == 1, "in order " + order + " the result is another: " + results);
            }
            Result result = results.iterator().next();
            expectMapped(result, LOW);
            expectReason(result, MSI, "reserved (msi) by " + Guest.EDU);
        }
    }

    /** Devices were attached and mappings made by requests of which none failed. */
    private static void nothingFailed(List<Step> order, List<String> heard, Set<String> questions) {
        Expect.says(heard.toString(), "MAP");
        Expect.that(heard.stream().anyMatch(answer -> answer.matches("(ATTACH_IOMMUFD_PT|GROUP_SET_CONTAINER): 0")),
                "in order " + order + " nothing was attached: " + heard);
        Expect.equal("requests that failed in order " + order, List.of(),
                heard.stream().filter(answer -> answer.matches(".*: E.*") && !questions.contains(answer)).toList());
    }

    /**
     * A backend finds out whether the kernel maps files by asking for a file that is not open, and whether it reaches
     * the last of all addresses by unmapping beyond it.
     */
    private static Set<String> questions(Lab lab) throws IOException {
        return Set.of(
                "IOAS_MAP_FILE: " + (lab.look().mapsFiles() ? Errno.EBADF : Errno.ENOTTY),
                "UNMAP_DMA: " + (lab.look().tellsOverflow() ? Errno.EOVERFLOW : Errno.EINVAL));
    }

    private static Result result(Lab lab, String backend, String policy, FlatView view, List<Step> order)
            throws IommuException {
        try (AddressSpace space = lab.open(backend, policy)) {
            for (Step step : order) {
                carryOut(step, lab, space, view);
            }
            return new Result(space.snapshot().plan().decisions(), space.snapshot().table());
        }
    }

    /** What can be left out, where a device cannot use it; and, for a policy that asks, memory that is not there. */
    private static FlatView view(HostMemory memory, String policy) {
        List<Section> sections = new ArrayList<>(List.of(
                Views.ram(LOW, memory, 0),
                Views.rom(AROUND_MSI, memory.backing().advance(MIB), "rom"),
                Views.rom(FAR, memory.backing().advance(3 * MIB), "far")));
        if (policy.equals("strict")) {
            sections.add(Section.ram(NOWHERE, new Backing.UserMemory(BAD_ADDRESS), "nowhere"));
        }
        return FlatView.of("memory", sections);
    }

    private static void expectMapped(Result result, AddressRange range) {
        Expect.that(result.table().stream().anyMatch(mapping -> mapping.range().contains(range)),
                range + " is not mapped: " + result.table());
    }

    private static void expectReason(Result result, AddressRange range, String reason) {
        Expect.that(result.decisions().stream().anyMatch(decision -> decision.range().equals(range)
                        && decision.mapping().isEmpty() && decision.reason().contains(reason)),
                range + " is not left out because it is " + reason + ": " + result.decisions());
    }

    private static void sameRefusal(Lab lab, String backend) throws Exception {
        try (HostMemory memory = lab.memory(2 * MIB)) {
            FlatView view = Views.of(Views.ram(LOW, memory, 0), Views.ram(MSI, memory, MIB));
            Set<String> reasons = new HashSet<>();
            for (List<Step> order : orders()) {
                reasons.add(refusal(lab, backend, view, order));
                Expect.that(reasons.size() == 1, "in order " + order + " the reason is another: " + reasons);
            }
            Expect.says(reasons.iterator().next(), MSI.toString(), "reserved (msi) by " + Guest.EDU, "'ram'");
        }
    }

    private static String refusal(Lab lab, String backend, FlatView view, List<Step> order) throws Exception {
        try (AddressSpace space = lab.open(backend, "strict")) {
            List<String> reasons = new ArrayList<>();
            for (Step step : order) {
                List<Mapping> before = space.snapshot().table();
                try {
                    carryOut(step, lab, space, view);
                } catch (RefusedException refused) {
                    reasons.add(refused.why());
                    Expect.equal("the table after a refusal", before, space.snapshot().table());
                }
            }
            Expect.equal("refusals in order " + order, 1, reasons.size());
            return reasons.getFirst();
        }
    }

    private static void carryOut(Step step, Lab lab, AddressSpace space, FlatView view) throws IommuException {
        switch (step) {
            case COMMIT -> space.commit(view);
            case MDEV -> space.attach(lab.guest().mdev());
            default -> space.attach(Guest.EDU);
        }
    }

    private static List<List<Step>> orders() {
        List<List<Step>> orders = new ArrayList<>();
        for (Step first : Step.values()) {
            for (Step second : Step.values()) {
                for (Step third : Step.values()) {
                    if (Set.copyOf(List.of(first, second, third)).size() == Step.values().length) {
                        orders.add(List.of(first, second, third));
                    }
                }
            }
        }
        return orders;
    }
}
