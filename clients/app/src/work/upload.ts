// Files that show a figure: sent by tus 1.0 in parts, and named by their id afterwards.
import { client } from '../kit.ts';

/** Of one request at most; the server takes 16 MiB unless its operator says otherwise. */
const PART = 8 * 1024 * 1024;

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Sends a file, and answers its id. What broke off is begun anew: the server lets go of it after a day. */
export async function upload(file: File): Promise<string> {
  const opened = await client.fetch('/files/attachments', {
    method: 'POST',
    headers: { 'upload-length': String(file.size), 'upload-metadata': `filename ${base64(file.name)}`, 'tus-resumable': '1.0.0' },
  });
  const place = new URL(opened.headers.get('location')!, location.href).pathname;
  for (let sent = 0; sent < file.size; sent += PART) {
    await client.fetch(place, {
      method: 'PATCH',
      headers: { 'upload-offset': String(sent), 'content-type': 'application/offset+octet-stream', 'tus-resumable': '1.0.0' },
      body: file.slice(sent, sent + PART),
    });
  }
  return place.split('/').at(-1)!;
}

/** What the server takes, for the chooser of files; a phone offers its camera for the pictures. */
export const TAKEN = 'image/jpeg,image/png,image/webp,image/heic,application/pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp,.csv,.txt,video/mp4';
