package org.pinion.shell.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.pinion.shell.fake.FakeDma;

/** What one call of the command came to. */
record Invocation(int code, String out, String err) {

    static Invocation of(FakeDma host, String... args) {
        return of(new Services(host, host.runtime(), () -> Optional.of(host.memory), List::of, () -> host.drafts), args);
    }

    static Invocation of(Services services, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = PinionCommandLine.run(services, "1.2.3", new PrintWriter(out), new PrintWriter(err), args);
        return new Invocation(code, out.toString(), err.toString());
    }
}
