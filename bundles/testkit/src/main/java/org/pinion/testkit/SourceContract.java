package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.spi.source.MemorySource;

/** What every source must keep. A subclass says which source, and settings with which it reads something. */
@Contract
public abstract class SourceContract {

    private static final String NO_KEY = "no-such-setting";

    /** Made by a subclass. */
    protected SourceContract() {}

    /**
     * The source. Asked several times by one test.
     *
     * @return the same source each time
     */
    protected abstract MemorySource source();

    /** {@return settings of something that can be read and stays as it is} */
    protected abstract Map<String, String> settings();

    /** {@return settings of something that is not there} */
    protected abstract Map<String, String> nothing();

    @Rule(of = MemorySource.class, in = "read", says = "Reads a flat view, whole or not at all.")
    final void whatDoesNotChangeIsReadTheSameTwice() throws IommuException {
        FlatView view = source().read(settings());
        assertThat(view).isNotNull().isEqualTo(source().read(settings()));
        assertThat(view.sections()).isNotEmpty();
    }

    @Rule(of = MemorySource.class, in = "read", says = "an unknown key is an error")
    final void anUnknownSettingIsTold() {
        Map<String, String> settings = new HashMap<>(settings());
        settings.put(NO_KEY, "1");
        assertThat(refused(settings)).hasMessageContaining(NO_KEY);
    }

    @Rule(of = MemorySource.class, in = "read", says = "if there is nothing to read or it is not what it should be")
    final void whatIsNotThereIsTold() {
        refused(nothing());
    }

    @Rule(of = MemorySource.class, in = "read", says = "if there is nothing to read or it is not what it should be")
    final void emptySettingsAreReadOrTold() {
        Throwable thrown = catchThrowable(() -> source().read(Map.of()));
        assertThat(thrown == null || thrown instanceof IommuException).as("%s", thrown).isTrue();
    }

    private IommuException refused(Map<String, String> settings) {
        Throwable thrown = catchThrowable(() -> source().read(Map.copyOf(settings)));
        assertThat(thrown).isInstanceOf(IommuException.class);
        assertThat(((IommuException) thrown).why()).as("the cause in words").isNotBlank();
        return (IommuException) thrown;
    }

    @Rule(of = MemorySource.class, in = "history", says = "the last is the one that read gives")
    final void theHistoryEndsWithWhatIsRead() throws IommuException {
        List<FlatView> history = source().history(settings());
        assertThat(history).isNotEmpty();
        assertThat(history.getLast()).isEqualTo(source().read(settings()));
    }

    @Rule(of = MemorySource.class, says = "from any thread, several at a time, never under a lock")
    final void severalThreadsReadTheSame() {
        Threads.agree(() -> source().read(settings()));
    }
}
