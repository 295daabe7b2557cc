package org.pinion.core.plugin;

import java.util.List;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.spi.memory.MemoryClassifier;

/**
 * A classifier that tells the watch when it is asked, signs what is said, and whose failures are {@link
 * PluginFailure}s.
 */
record WatchedClassifier(Plugin plugin, MemoryClassifier classifier, Watch watch) {

    static WatchedClassifier of(Plugin plugin, Watch watch) {
        return new WatchedClassifier(plugin, (MemoryClassifier) plugin.service(), watch);
    }

    /** Adds what the classifier says, signed. That it cannot find out is an answer of its own, and no failure of it. */
    void classify(List<Section> sections, List<Trait> into) throws IommuException {
        watch.enter(plugin);
        try {
            new Statements(plugin, sections).add(classifier.classify(sections), into);
        } catch (IommuException answer) {
            throw new IommuException(
                    "classify by '" + plugin.name() + "'",
                    answer.errno().orElse(null),
                    answer.range().orElse(null),
                    answer.getMessage(),
                    "",
                    answer);
        } catch (RuntimeException | Error thrown) {
            throw thrown instanceof PluginFailure known ? known : PluginFailure.threw(plugin, thrown);
        } finally {
            watch.leave();
        }
    }
}
