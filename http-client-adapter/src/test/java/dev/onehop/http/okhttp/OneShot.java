package dev.onehop.http.okhttp;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** An order that can be sent once only. */
final class OneShot extends RequestBody {

    @Override
    public @Nullable MediaType contentType() {
        return null;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        sink.writeUtf8("order");
    }
}
