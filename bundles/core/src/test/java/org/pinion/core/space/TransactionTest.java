package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.core.table.ChangeSet;
import org.pinion.core.table.InstalledTable;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;
import org.pinion.spi.backend.InDoubtException;

/** What the kernel says about an entry in doubt, and how it comes out of doubt. */
class TransactionTest {

    private static final Mapping ENTRY = new Mapping(
            AddressRange.ofSize(0, 0x4000), Access.READ_WRITE, Route.USER, new Backing.UserMemory(0x10000));
    private static final AddressRange FIRST = AddressRange.ofSize(0, 0x1000);
    private static final AddressRange LAST = AddressRange.ofSize(0x3000, 0x1000);
    private static final ChangeSet NOTHING = new ChangeSet(List.of(), List.of(), List.of(), 0);

    private final Deque<Optional<IommuException>> answers = new ArrayDeque<>();
    private final InstalledTable table = new InstalledTable();
    private final BackendSession session = (BackendSession) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {BackendSession.class}, (proxy, method, arguments) -> {
                if (method.isDefault()) {
                    return InvocationHandler.invokeDefault(proxy, method, arguments);
                }
                Optional<IommuException> answer = answers.remove();
                if (answer.isPresent()) {
                    throw answer.get();
                }
                return null;
            });
    private final Transaction transaction = new Transaction(session, table);

    private static IommuException failure(String errno) {
        return new IommuException("unmap", errno, null, "told to fail", "", null);
    }

    private void answers(IommuException... failures) {
        for (IommuException failure : failures) {
            answers.add(Optional.ofNullable(failure));
        }
    }

    private void doubtful() {
        table.add(ENTRY);
        table.doubt(ENTRY);
    }

    @Test
    void anEntryThatWasThereInPartIsGoneAfterwards() throws IommuException {
        doubtful();
        answers(failure(null), failure("ENOENT"));
        transaction.remove(NOTHING);
        assertThat(table.doubtful()).isEmpty();
    }

    @Test
    void whatFailsOnceAndThenNotIsGone() throws IommuException {
        doubtful();
        answers(failure("ENOMEM"), null);
        transaction.remove(NOTHING);
        assertThat(table.doubtful()).isEmpty();
    }

    @Test
    void whatCannotBeRemovedStaysInDoubt() {
        doubtful();
        answers(failure("ENOMEM"), failure("EBUSY"));
        assertThatThrownBy(() -> transaction.remove(NOTHING)).hasMessageContaining("ENOMEM");
        assertThat(table.doubtful()).containsExactly(ENTRY);
    }

    @Test
    void aCutByDefaultTellsWhatIsLeftAndWhatIsInDoubt() {
        List<AddressRange> keep = List.of(FIRST, LAST);
        answers(null, null, failure("ENOMEM"));
        assertThatThrownBy(() -> session.cut(ENTRY, keep))
                .isInstanceOfSatisfying(CutException.class, cut -> assertThat(cut.left()).containsExactly(FIRST));
        answers(failure("ENOMEM"));
        assertThatThrownBy(() -> session.cut(ENTRY, keep)).isInstanceOf(InDoubtException.class);
        answers(null, null, new InDoubtException(failure("ENOMEM")));
        assertThatThrownBy(() -> session.cut(ENTRY, keep)).isInstanceOf(InDoubtException.class);
    }

    @Test
    void aCutInDoubtIsUndoneByTakingAwayAllOfItAndMappingItAgain() {
        table.add(ENTRY);
        answers(null, new InDoubtException(failure("ENOMEM")));
        ChangeSet change = new ChangeSet(
                List.of(), List.of(new ChangeSet.Cut(ENTRY, List.of(FIRST, LAST))), List.of(), 0x2000);
        assertThatThrownBy(() -> transaction.remove(change)).isInstanceOf(InDoubtException.class);
        // The part that may be there, one that is not, what is left of the whole, and the mapping itself.
        answers(null, failure("ENOENT"), failure("ENOENT"), null);
        assertThat(transaction.undo()).isEmpty();
        assertThat(table.doubtful()).isEmpty();
        assertThat(table.in(ENTRY.range())).containsExactly(ENTRY);
        assertThat(answers).isEmpty();
    }
}
