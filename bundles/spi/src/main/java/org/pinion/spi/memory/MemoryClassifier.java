package org.pinion.spi.memory;

import java.util.Collection;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;

/**
 * Finds out what the memory of sections is: a service that carries {@link ClassifierName}. Every classifier that is
 * there is asked for every plan, and their traits are united: a classifier cannot take back what another said, and
 * their order does not matter. What is said about a section's addresses depends on the section and on the memory behind
 * it, not on which other sections the call names: the core keeps what was said of a section while it shows, and asks
 * about those that come.
 *
 * <p>Called from any thread, several at a time, never under a lock. A call that throws, returns null or does not return
 * in time fails the plan that needed it; it may take {@code plugin.budget} of PID {@code org.pinion.core}, five seconds
 * if nobody has configured it, also if it names a million sections. A classifier that fails so when it is asked first,
 * or three times in a row, is not asked any more, and plans are made without it, until its bundle is updated or
 * somebody releases it ({@code dma:release}). An {@link IommuException} fails the plan too, but is an answer.
 */
@ConsumerType
public interface MemoryClassifier {

    /**
     * Classifies sections. The same sections over the same memory get the same traits. A classifier that has just come
     * is asked about none, and about one of device registers, before it is asked for a plan.
     *
     * @param sections some or all sections of one flat view, sorted by address
     * @return statements about ranges of the view, in any order; a range may be part of a section or span several, and
     *     what it says of addresses that no section of the call covers is ignored, but a range of which no section of
     *     the call covers anything is a failure. So are statements of one classifier about the same addresses that
     *     cannot both be true, and huge pages without a size: a power of two and K, M, G or T, such as {@code 2M}.
     *     Where another classifier says another size of huge pages for the same addresses, the plan fails as well, and
     *     that counts as a failure of the one of the two whose service came later; that one classifier takes for
     *     memory what another one knows to be a device's is no contradiction, and policies see both
     * @throws IommuException if the classifier cannot find out what it must know
     */
    Collection<Trait> classify(List<Section> sections) throws IommuException;
}
