export async function removeSession(_id: string): Promise<void> {}
