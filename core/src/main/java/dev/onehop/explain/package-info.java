@NullMarked
package dev.onehop.explain;

import org.jspecify.annotations.NullMarked;
