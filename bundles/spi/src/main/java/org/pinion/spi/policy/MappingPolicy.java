package org.pinion.spi.policy;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says which memory a device may reach: a service that carries {@link PolicyName}. An address space requires policies
 * by name; all of them are asked about every part of every section. Where they disagree, refuse beats skip beats apart
 * beats map, the lesser access wins, and only routes that all allow remain: their order does not matter.
 *
 * <p>The methods are functions of their arguments: a verdict may depend on the candidate's range, its section, its
 * traits and what is being planned for, and on nothing else; not on other sections, other verdicts or the time. The
 * core counts on it: it keeps verdicts, and asks again only about sections that have come, that show a BAR whose
 * device has come or gone, or that lie where devices forbid something else than before; and about all sections if
 * the alignment or a plugin changes, or if a policy {@linkplain #looksAtDevices looks at the devices}.
 *
 * <p>They are called from any thread, several at a time, never under a lock. A plan of many sections asks very often,
 * so that a verdict should cost no more than a look. A call that throws, returns null or does not return within {@code
 * plugin.budget} of PID {@code org.pinion.core}, five seconds if nobody has configured it, fails the plan that needed
 * it. A policy that has just come is asked once each about a page of device registers and about a conflict there,
 * without devices; one that fails that, or three plans in a row, is not asked any more, and plans that require it fail,
 * until its bundle is updated or somebody releases it ({@code dma:release}).
 */
@ConsumerType
public interface MappingPolicy {

    /**
     * Decides on one part of a section.
     *
     * @param candidate the part, with what is known about it
     * @return what is to happen to it; not {@link Verdict.Outcome#APART}, which fails the plan
     */
    Verdict decide(Candidate candidate);

    /**
     * Decides what happens where a part that is to be mapped covers addresses that an attached device cannot use. It is
     * asked only about parts that every policy lets be mapped.
     *
     * @param candidate the part, as {@link #decide} saw it
     * @param conflict the addresses that cannot be used, and who forbids them
     * @return {@link Verdict.Outcome#SKIP} to carve the addresses out and map the rest, {@link Verdict.Outcome#REFUSE}
     *     to refuse the whole plan, {@link Verdict.Outcome#APART} to give the devices that forbid the addresses IO
     *     address spaces of their own, so that the others keep them; {@link Verdict.Outcome#MAP} counts as not
     *     minding, and if no policy minds the addresses are carved out. By default RAM is refused, since a guest would
     *     use it for DMA, and all else is carved. Refuse beats skip beats apart beats map: where a policy is content
     *     to leave the addresses out for all, one address space is enough
     */
    default Verdict conflict(Candidate candidate, Conflict conflict) {
        return Conflict.verdict(candidate, conflict);
    }

    /**
     * Whether verdicts may depend on {@link Candidate.Planning#limits} or {@link Candidate.Planning#devices} beyond
     * what {@link Candidate#barObstacle} tells of them. If so, every section is judged anew whenever a device is
     * attached or detached, which costs what the whole view costs.
     *
     * @return whether they may; the same answer for the policy's whole life. By default they may
     */
    default boolean looksAtDevices() {
        return true;
    }
}
