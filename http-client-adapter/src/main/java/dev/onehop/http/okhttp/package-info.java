/**
 * OkHttp over Onehop: start at {@link dev.onehop.http.okhttp.OnehopOkHttp}. Imports core, {@code dev.onehop.http.socket},
 * OkHttp and Okio only.
 */
@NullMarked
package dev.onehop.http.okhttp;

import org.jspecify.annotations.NullMarked;
