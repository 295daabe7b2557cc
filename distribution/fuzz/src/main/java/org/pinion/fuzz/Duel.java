package org.pinion.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pinion.linux.Kernel;

/** Asks two kernels the same, step by step. */
final class Duel implements AutoCloseable {

    private final Supplier<Kernel> emulatedKernel;
    private final Side reference;
    private Side emulated;
    private volatile long operations;
    private volatile Operation current;

    Duel(Kernel referenceKernel, Supplier<Kernel> emulatedKernel) throws IOException {
        this.emulatedKernel = emulatedKernel;
        this.reference = new Side(referenceKernel);
        this.emulated = new Side(emulatedKernel.get());
    }

    /** How many operations were compared so far. */
    long operations() {
        return operations;
    }

    /** What is asked now, or was asked last; null at first. */
    Operation current() {
        return current;
    }

    /** What both answer, if it is the same. */
    record Outcome(Answer reference, Answer emulated) {
        boolean same() {
            return reference.same(emulated);
        }
    }

    Outcome step(Operation operation) {
        current = operation;
        operations = operations + 1;
        return new Outcome(reference.run(operation), emulated.run(operation));
    }

    /**
     * Runs a whole script: the first difference, if there is one. Both are fresh before and after, even where memory
     * has come to differ and the script does not look at it.
     */
    Optional<Difference> run(List<Operation> script) throws IOException {
        Optional<Difference> found = Optional.empty();
        for (int i = 0; i < script.size() && found.isEmpty(); i++) {
            Outcome outcome = step(script.get(i));
            if (!outcome.same()) {
                found = Optional.of(new Difference(i, script.get(i), outcome.reference(), outcome.emulated()));
            }
        }
        if (found.isPresent() || script.stream().anyMatch(Operation::writesMemory)) {
            recover();
        } else {
            freshen();
        }
        return found;
    }

    /** The answers of the one that is right. */
    List<Answer> answers(List<Operation> script) throws IOException {
        List<Answer> answers = new ArrayList<>();
        for (Operation operation : script) {
            answers.add(step(operation).reference());
        }
        recover();
        return answers;
    }

    /** Closes what is open and gives memory its first bytes, where both have gone the same way. */
    void freshen() throws IOException {
        for (Side side : List.of(reference, emulated)) {
            side.clear();
            side.restore();
        }
    }

    /** The same where one may have gone another way: an emulated kernel that keeps something is thrown away. */
    void recover() throws IOException {
        reference.spoiled();
        emulated.spoiled();
        emulated.clear();
        if (!emulated.empty()) {
            emulated.close();
            emulated = new Side(emulatedKernel.get());
        }
        freshen();
    }

    @Override
    public void close() {
        reference.close();
        emulated.close();
    }
}
